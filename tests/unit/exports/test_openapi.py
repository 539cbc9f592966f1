from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from tradewind_tools.blueprint.errors import PathMismatch
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.model import Route, http
from tradewind_tools.exports import openapi
from tradewind_tools.exports.links import CONTINUATIONS, Continuation

Document = dict[str, Any]


def operations(document: Document) -> list[tuple[str, str, Document]]:
    return [(path, method, each) for path, methods in document["paths"].items() for method, each in methods.items()]


def operation(document: Document, name: str) -> Document:
    return next(each for _, _, each in operations(document) if each["operationId"] == name)


def test_document_is_valid(document: Document) -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_route_is_described_once(document: Document) -> None:
    described = {f"{method.upper()} {path}" for path, method, _ in operations(document)}
    assert described == {str(function.trigger) for function in FUNCTIONS if isinstance(function.trigger, Route)}


def test_operation_describes_parameters_body_and_responses(document: Document) -> None:
    placing = operation(document, "order-create")
    assert placing["summary"] == "Place an order."
    assert placing["security"] == [{"bearerAuth": []}]
    assert {each["name"] for each in placing["parameters"]} == {"Idempotency-Key", "X-Correlation-Id"}
    body = placing["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/PlaceOrder"}
    assert placing["responses"]["201"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/OrderSummary"
    }
    assert {"201", "400", "401", "403", "409", "413", "415", "422", "429", "500"} == set(placing["responses"])


def test_each_error_has_its_status_and_its_code(document: Document) -> None:
    conflict = operation(document, "order-create")["responses"]["409"]
    shown = conflict["content"]["application/json"]
    limits = {"TooManyOpenOrders", "TooManyUnitsHeld"}
    assert {"OutOfStock", "TotalChanged", "InProgress", "ProductUnavailable"} | limits == set(shown["examples"])
    assert shown["schema"] == {"$ref": "#/components/schemas/ErrorBody"}
    assert "OutOfStock: There is not enough stock" in conflict["description"]


def test_parameters_are_in_the_path_or_in_the_query_as_the_route_says(document: Document) -> None:
    listing = {each["name"]: each for each in operation(document, "product-list-category")["parameters"]}
    assert (listing["category"]["in"], listing["category"]["required"]) == ("path", True)
    assert (listing["limit"]["in"], listing["limit"]["required"]) == ("query", False)
    assert listing["limit"]["schema"]["maximum"] == 100
    assert listing["minPrice"]["schema"] == {
        "type": ["number", "string"],
        "minimum": 0,
        "pattern": r"^[0-9]+(\.[0-9]+)?$",
    }


def test_public_operations_need_no_token(document: Document) -> None:
    assert operation(document, "product-get")["security"] == []
    assert "401" not in operation(document, "product-get")["responses"]


def test_amounts_are_numbers(document: Document) -> None:
    assert document["components"]["schemas"]["Product"]["properties"]["price"]["type"] == "number"
    assert '"decimal"' not in json.dumps(document)


def test_datetimes_have_their_format(document: Document) -> None:
    listing = {each["name"]: each["schema"] for each in operation(document, "order-list")["parameters"]}
    summary = document["components"]["schemas"]["OrderSummary"]["properties"]
    assert listing["from"] == summary["createdAt"] == {"type": "string", "format": "date-time"}


def test_names_of_components_are_plain(document: Document) -> None:
    names = document["components"]["schemas"]
    assert "ProductSummaryList" in names
    assert all(name.isalnum() for name in names)
    assert all(schema["title"] == name for name, schema in names.items())


def test_every_example_is_valid(document: Document) -> None:
    for _, _, each in operations(document):
        parts = [each.get("requestBody", {}), *each["responses"].values()]
        for content in (content for part in parts for content in part.get("content", {}).values()):
            values = [shown["value"] for shown in content.get("examples", {}).values()]
            values += [content["example"]] if "example" in content else []
            schema = {**content["schema"], "components": document["components"]}
            for value in values:
                Draft202012Validator(schema).validate(value)


def test_links_lead_from_what_was_made_to_what_reads_and_changes_it(document: Document) -> None:
    links = operation(document, "order-create")["responses"]["201"]["links"]
    assert links["order-cancel"] == {
        "operationId": "order-cancel",
        "parameters": {"orderId": "$response.body#/orderId"},
    }
    refreshing = operation(document, "auth-login")["responses"]["200"]["links"]["auth-refresh"]
    assert refreshing["requestBody"] == {"refreshToken": "$response.body#/refreshToken"}


@pytest.mark.parametrize("continuation", CONTINUATIONS, ids=lambda each: f"{each.operation} {each.field}")
def test_link_hands_on_a_field_that_is_there_to_one_that_takes_it(
    document: Document, continuation: Continuation
) -> None:
    schemas = document["components"]["schemas"]

    def properties(content: Document) -> Document:
        name = content["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        found: Document = schemas[name]["properties"]
        return found

    [made] = [each for status, each in operation(document, continuation.operation)["responses"].items() if status < "3"]
    assert continuation.field in properties(made)
    for target in (operation(document, name) for name in continuation.targets):
        in_path = {each["name"] for each in target["parameters"] if each["in"] == "path"}
        taken_as = continuation.taken_as or continuation.field
        assert taken_as in (properties(target["requestBody"]) if continuation.in_body else in_path)


def test_link_to_an_operation_that_is_left_out_is_left_out() -> None:
    alone = openapi.document([each for each in FUNCTIONS if each.name in {"order-create", "order-get"}])
    assert list(operation(alone, "order-create")["responses"]["201"]["links"]) == ["order-get"]


def test_path_parameter_that_the_handler_lacks_is_named_in_the_error() -> None:
    lost = http("lost", "GET /products/{colour}", "tradewind.catalog.read_handlers.get_product")
    with pytest.raises(PathMismatch, match="colour"):
        openapi.document([lost])


def test_document_is_deterministic(document: Document) -> None:
    assert json.dumps(openapi.document()) == json.dumps(document)


def test_operations_are_grouped_by_their_service(document: Document) -> None:
    assert operation(document, "analytics-sales")["tags"] == ["analytics"]
    assert {tag for _, _, each in operations(document) for tag in each["tags"]} == {
        tag["name"] for tag in document["tags"] if tag["description"].endswith(".")
    }
