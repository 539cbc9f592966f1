from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from tests.unit.data.fake_shop import FakeShop, Fault

from tradewind_tools.data.catalogue import Catalogue, Draft
from tradewind_tools.data.errors import LoginRefusedError
from tradewind_tools.data.importing import Importer, ImportOutcome, ImportResult
from tradewind_tools.data.messages import ProductFields
from tradewind_tools.data.remarks import FilePosition
from tradewind_tools.data.shop import ShopClient

FIELDS = ProductFields(name="Cup", price=Decimal("2.10"), currency="GBP", category="kitchen", tags=("a",))


def draft(product_id: str = "cup", stock: int | None = 5, **fields: object) -> Draft:
    tracks = {"track_stock": stock is not None}
    return Draft(FilePosition(Path("f.csv"), 2), product_id, msgspec.structs.replace(FIELDS, **tracks, **fields), stock)


def brought_in(shop: ShopClient, *drafts: Draft, sets_stock: bool = False) -> ImportResult:
    result = ImportResult(Catalogue(drafts=list(drafts)))
    Importer(shop, sets_stock=sets_stock, workers=4).bring_in(result, lambda: None)
    return result


def test_new_products_are_created_with_their_stock(fake: FakeShop, shop: ShopClient) -> None:
    result = brought_in(shop, draft("cup"), draft("postage", stock=None))
    assert result.outcomes == Counter({ImportOutcome.CREATED: 2})
    assert result.complete
    assert fake.stock == {"cup": Counter(available=5)}


def test_importing_twice_changes_nothing(fake: FakeShop, shop: ShopClient) -> None:
    drafts = [draft("cup"), draft("mug", description="Blue", options={"Size": "L"}, variant_of="m"), draft("p", None)]
    brought_in(shop, *drafts)
    before = fake.products.copy()
    assert brought_in(shop, *drafts).outcomes == Counter({ImportOutcome.UNCHANGED: 3})
    assert fake.products == before
    assert fake.calls["PUT /products"] == 0


@pytest.mark.parametrize(
    "change", [{"price": Decimal(3)}, {"name": "Mug"}, {"tags": ("b",)}, {"is_active": False}, {"description": "New"}]
)
def test_what_changed_is_updated(fake: FakeShop, shop: ShopClient, change: dict[str, object]) -> None:
    brought_in(shop, draft())
    assert brought_in(shop, draft(**change)).outcomes == Counter({ImportOutcome.UPDATED: 1})  # type: ignore[arg-type]
    assert brought_in(shop, draft(**change)).outcomes == Counter({ImportOutcome.UNCHANGED: 1})  # type: ignore[arg-type]
    assert fake.stock["cup"]["available"] == 5


def test_options_in_another_order_are_updated(fake: FakeShop, shop: ShopClient) -> None:
    brought_in(shop, draft(options={"Size": "L", "Colour": "Blue"}))
    again = draft(options={"Colour": "Blue", "Size": "L"})
    assert brought_in(shop, again).outcomes == Counter({ImportOutcome.UPDATED: 1})
    assert list(fake.products["cup"]["options"]) == ["Colour", "Size"]
    assert brought_in(shop, again).outcomes == Counter({ImportOutcome.UNCHANGED: 1})


def test_an_import_of_which_nothing_is_on_sale_is_no_success(shop: ShopClient) -> None:
    assert brought_in(shop, draft("a"), draft("b", stock=0)).is_success
    assert not brought_in(shop, draft("a", stock=0), draft("b", is_active=False)).is_success
    assert not brought_in(shop).is_success


def test_stock_that_orders_changed_is_left_alone(fake: FakeShop, shop: ShopClient) -> None:
    brought_in(shop, draft())
    fake.stock["cup"].update(available=-2, sold=2)
    assert brought_in(shop, draft(stock=9)).outcomes == Counter({ImportOutcome.UNCHANGED: 1})
    assert fake.stock["cup"]["available"] == 3


def test_stock_is_overwritten_when_asked_for(fake: FakeShop, shop: ShopClient) -> None:
    brought_in(shop, draft(), draft("p", stock=None))
    fake.stock["cup"].update(available=-2, reserved=2)
    again = [draft(stock=9), draft("p", stock=None)]
    assert brought_in(shop, *again, sets_stock=True).outcomes == Counter(
        {ImportOutcome.UPDATED: 1, ImportOutcome.UNCHANGED: 1}
    )
    assert fake.stock["cup"] == Counter(available=7, reserved=2)
    assert brought_in(shop, *again, sets_stock=True).outcomes == Counter({ImportOutcome.UNCHANGED: 2})


def test_a_product_whose_creation_was_not_answered_is_created_once(fake: FakeShop, shop: ShopClient) -> None:
    fake.faults = [Fault(404), Fault(0, after_work=True)]
    assert brought_in(shop, draft()).outcomes == Counter({ImportOutcome.UNCHANGED: 1})
    assert fake.stock["cup"]["available"] == 5


def test_what_the_shop_refuses_is_reported_with_its_line(shop: ShopClient) -> None:
    result = brought_in(shop, draft(name="x" * 151), draft("mug"))
    (refused,) = result.refused
    assert (refused.file, refused.line, refused.reason) == ("f.csv", 2, "the shop: InvalidRequest")
    assert "cup: InvalidRequest: invalid" in refused.detail
    assert result.outcomes == Counter({ImportOutcome.CREATED: 1})
    assert result.faults == 0


def test_a_fault_of_the_shop_is_counted_as_one(fake: FakeShop, shop: ShopClient) -> None:
    fake.faults = [Fault(500)] * 4
    result = brought_in(shop, draft())
    assert (result.faults, len(result.refused)) == (1, 1)


def test_what_was_done_is_known_when_the_import_is_stopped(fake: FakeShop, shop: ShopClient) -> None:
    result = ImportResult(Catalogue(drafts=[draft(f"cup-{n}") for n in range(20)]))
    steps = iter(range(5))

    def advance() -> None:
        if next(steps) == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Importer(shop, workers=2).bring_in(result, advance)
    assert result.products_done == 5
    assert not result.complete
    assert 5 <= len(fake.products) <= 8
    assert result.elapsed_seconds > 0


def test_a_login_that_is_refused_stops_the_import(fake: FakeShop, shop: ShopClient) -> None:
    fake.faults = [Fault(403)]
    with pytest.raises(LoginRefusedError):
        brought_in(shop, draft())
