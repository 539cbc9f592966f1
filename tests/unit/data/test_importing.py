from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.data.drafts import bring_in, draft, sold
from tests.unit.data.fake_shop import FakeShop, Fault

from tradewind_tools.data.catalogue import Catalogue, DraftVariant, Words
from tradewind_tools.data.errors import LoginRefusedError
from tradewind_tools.data.importing import Importer, ImportResult
from tradewind_tools.data.product_import import ImportOutcome, ImportRules
from tradewind_tools.data.shop import ShopClient

SET_STOCK = ImportRules(sets_stock=True)


def test_new_products_are_created_with_their_stock(fake: FakeShop, shop: ShopClient) -> None:
    result = bring_in(shop, draft(), draft(sold(stock=None), product_id="postage"))
    assert result.outcomes == Counter({ImportOutcome.CREATED: 2})
    assert result.complete
    assert fake.stock == {"cup": Counter(available=5)}


def test_importing_twice_changes_nothing(fake: FakeShop, shop: ShopClient) -> None:
    told: dict[str, Any] = {
        "barcode": "4006381333931",
        "weight_grams": 250,
        "cost": Decimal(1),
        "compare_at_price": Decimal(9),
    }
    mug = draft(sold("S", **told), sold("L", image_url="https://i.example/l.jpg"), product_id="mug", vendor="Quay")
    drafts = [draft(), mug, draft(sold(stock=None, **told), product_id="postage", description="Blue")]
    bring_in(shop, *drafts)
    before = fake.catalogue.table.all_items()
    assert bring_in(shop, *drafts).outcomes == Counter({ImportOutcome.UNCHANGED: 3})
    assert fake.catalogue.table.all_items() == before
    assert fake.calls["PUT /products"] == 0


@pytest.mark.parametrize(
    "change", [{"name": "Mug"}, {"tags": ("b",)}, {"is_active": False}, {"description": "New"}, {"vendor": "Quay"}]
)
@pytest.mark.parametrize("variants", [(sold(sku="C-1"),), (sold("S", sku="C-1"), sold("L"))])
def test_what_changed_of_a_product_is_updated(
    fake: FakeShop, shop: ShopClient, variants: tuple[DraftVariant, ...], change: dict[str, Any]
) -> None:
    bring_in(shop, draft(*variants))
    before = fake.catalogue.list_variants("cup")
    assert bring_in(shop, draft(*variants, **change)).outcomes == Counter({ImportOutcome.UPDATED: 1})
    assert bring_in(shop, draft(*variants, **change)).outcomes == Counter({ImportOutcome.UNCHANGED: 1})
    assert fake.catalogue.list_variants("cup") == before


@pytest.mark.parametrize(
    "change",
    [
        {"price": 4},
        {"sku": "C-2"},
        {"barcode": "4006381333931"},
        {"image_url": "https://i.example/l.jpg"},
        {"cost": Decimal(1)},
        {"compare_at_price": Decimal(9)},
        {"weight_grams": 250},
    ],
)
@pytest.mark.parametrize("words", [(), ("S",)])
def test_what_changed_of_a_variant_is_updated(
    fake: FakeShop, shop: ShopClient, words: Words, change: dict[str, Any]
) -> None:
    bring_in(shop, draft(sold(*words)))
    changed = draft(sold(*words, stock=9, **change))
    assert bring_in(shop, changed).outcomes == Counter({ImportOutcome.UPDATED: 1})
    assert bring_in(shop, changed).outcomes == Counter({ImportOutcome.UNCHANGED: 1})
    assert fake.stock == {"cup": Counter(available=5)}


def test_an_import_of_which_nothing_is_on_sale_is_no_success(shop: ShopClient) -> None:
    assert bring_in(shop, draft(), draft(sold(stock=0), product_id="b")).is_success
    assert not bring_in(shop, draft(sold(stock=0)), draft(product_id="b", is_active=False)).is_success
    assert not bring_in(shop).is_success


def test_stock_that_orders_changed_is_left_alone(fake: FakeShop, shop: ShopClient) -> None:
    bring_in(shop, draft())
    fake.catalogue.change_stock("cup", available=-2, sold=2)
    assert bring_in(shop, draft(sold(stock=9))).outcomes == Counter({ImportOutcome.UNCHANGED: 1})
    assert fake.stock["cup"]["available"] == 3


def test_stock_is_overwritten_when_asked_for(fake: FakeShop, shop: ShopClient) -> None:
    bring_in(shop, draft(sold("S"), sold("L")), draft(sold(stock=None), product_id="p"))
    fake.catalogue.change_stock("cup.1", available=-2, reserved=2)
    again = [draft(sold("L", stock=9), sold("S")), draft(sold(stock=None), product_id="p")]
    assert bring_in(shop, *again, rules=SET_STOCK).outcomes == Counter(
        {ImportOutcome.UPDATED: 1, ImportOutcome.UNCHANGED: 1}
    )
    assert fake.stock == {"cup": Counter(available=5), "cup.1": Counter(available=7, reserved=2)}
    assert bring_in(shop, *again, rules=SET_STOCK).outcomes == Counter({ImportOutcome.UNCHANGED: 2})


def test_stock_is_given_when_it_comes_to_be_tracked(fake: FakeShop, shop: ShopClient) -> None:
    bring_in(shop, draft(sold(stock=None)))
    bring_in(shop, draft(sold(stock=4)))
    assert fake.stock == {"cup": Counter(available=4)}


def test_a_product_whose_creation_was_not_answered_is_created_once(fake: FakeShop, shop: ShopClient) -> None:
    fake.faults = [Fault(404), Fault(0, after_work=True)]
    assert bring_in(shop, draft()).outcomes == Counter({ImportOutcome.UNCHANGED: 1})
    assert fake.stock["cup"]["available"] == 5


def test_what_the_shop_refuses_is_reported_with_its_line(shop: ShopClient) -> None:
    result = bring_in(shop, draft(name="x" * 201), draft(product_id="mug"))
    (refused,) = result.refused
    assert (refused.file, refused.line, refused.reason) == ("f.csv", 2, "the shop: InvalidRequest")
    assert "cup: InvalidRequest: The request is not valid" in refused.detail
    assert result.outcomes == Counter({ImportOutcome.CREATED: 1})
    assert result.faults == 0


def test_a_fault_of_the_shop_is_counted_as_one(fake: FakeShop, shop: ShopClient) -> None:
    fake.faults = [Fault(500)] * 4
    result = bring_in(shop, draft())
    assert (result.faults, len(result.refused)) == (1, 1)


def test_what_was_done_is_known_when_the_import_is_stopped(fake: FakeShop, shop: ShopClient) -> None:
    result = ImportResult(Catalogue(drafts=[draft(product_id=f"cup-{n}") for n in range(20)]))
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
        bring_in(shop, draft())
