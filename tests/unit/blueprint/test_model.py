from __future__ import annotations

import pytest

from tradewind_tools.blueprint.model import Route, http


def test_route_is_parsed_from_its_text() -> None:
    route = Route.parse("GET /variants/{variantId}/stock")
    assert (route.method, route.segments) == ("GET", ("variants", "{variantId}", "stock"))
    assert route.parameters == ("variantId",)
    assert str(route) == "GET /variants/{variantId}/stock"


@pytest.mark.parametrize("text", ["", "/products", "get /products", "GET products", "FETCH /products"])
def test_text_that_is_no_route_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a route"):
        Route.parse(text)


def test_function_belongs_to_the_service_of_its_handler() -> None:
    assert http("product-get", "GET /products", "tradewind.catalog.read_handlers.get_product").service == "catalog"
