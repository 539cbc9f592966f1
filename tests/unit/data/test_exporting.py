"""What the shop has, written into a file and brought in again."""

from __future__ import annotations

import csv
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.unit.data.drafts import bring_in, draft, sold
from tests.unit.data.fake_catalogue import FakeCatalogue
from tests.unit.data.fake_shop import FakeShop

from tradewind_tools.data.catalogue import Draft
from tradewind_tools.data.exporting import Export, write_products
from tradewind_tools.data.importing import Importer, ImportResult
from tradewind_tools.data.product_import import ImportOutcome
from tradewind_tools.data.shop import ShopClient
from tradewind_tools.data.shopify import ShopifyOptions, read_shopify
from tradewind_tools.data.shopify_options import NO_VALUE

TEXTS = ["", "One line", "Two\n\nlines & more", "<b>not bold</b>", '"quoted", with comma', "  indented\n  twice"]
VALUES = ["S", "s", "40+", "Navy / White", NO_VALUE, "小", "a,b"]


def export(shop: ShopClient, path: Path) -> Export:
    return write_products(shop, shop.list_products(), path, lambda: None)


def import_again(shop: ShopClient, path: Path, currency: str = "USD") -> ImportResult:
    result = ImportResult(read_shopify([path], ShopifyOptions(currency)))
    Importer(shop).bring_in(result, lambda: None)
    assert result.refused == []
    return result


def contents(fake: FakeShop) -> Any:  # noqa: ANN401 - as the API says
    """All that the API shows of the products on sale, but for when it was changed."""
    return {
        product_id: (
            {name: value for name, value in product.items() if name not in {"version", "createdAt", "updatedAt"}},
            fake.catalogue.list_variants(product_id),
        )
        for product_id, product in fake.products.items()
    }


def any_products(chance: random.Random) -> list[Draft]:
    return [_product(number, chance) for number in range(12)]


def _product(number: int, chance: random.Random) -> Draft:
    count = chance.choice([0, 0, 1, 2, 5])
    pairs = chance.sample([(size, colour) for size in VALUES for colour in VALUES], chance.randrange(1, 12))
    words = [pair[: min(count, 2)] + ("x",) * (count - 2) for pair in pairs]
    variants = [_variant(each, chance) for each in dict.fromkeys(words)]
    return draft(
        *variants,
        options=("Size", "Colour", "Form", "Wood", "Finish")[:count],
        product_id=chance.choice([f"cup-{number}", f"Cup_{number}", f"item--{number}"]),
        name=chance.choice(["Cup", 'The "best" mug', "Tee, long", "茶碗"]),
        category=chance.choice(["Cups", "212", "Home > Cups", "Uncategorized"]),
        currency="USD",
        description=chance.choice(TEXTS).strip(),
        vendor=chance.choice([None, "Quay"]),
        tags=tuple(chance.sample(["a", "b, c", "été"], chance.randrange(4))),
        image_url=chance.choice([None, "https://img.example/cup.jpg"]),
    )


def _variant(words: tuple[str, ...], chance: random.Random) -> Any:  # noqa: ANN401 - a variant
    return sold(
        *words,
        price=chance.choice(["0", "3.5", "12", "1299"]),
        stock=chance.choice([None, 0, 7, 1200]),
        sku=chance.choice([None, "00123", "'7", "12.0"]),
        barcode=chance.choice([None, "4006381333931"]),
        weight_grams=chance.choice([None, 0, 250]),
        cost=chance.choice([None, Decimal("1.25")]),
        compare_at_price=chance.choice([None, Decimal(0), Decimal(20)]),
        image_url=chance.choice([None, "https://img.example/own.jpg"]),
    )


@pytest.mark.parametrize("seed", range(12))
def test_what_was_exported_changes_nothing_and_makes_the_same_shop_anew(
    fake: FakeShop, shop: ShopClient, tmp_path: Path, seed: int
) -> None:
    drafts = any_products(random.Random(seed))  # noqa: S311 (no secret)
    assert bring_in(shop, *drafts).refused == []
    wanted = contents(fake)
    assert export(shop, tmp_path / "a.csv") == Export(12, sum(len(each.variants) for each in drafts))
    assert import_again(shop, tmp_path / "a.csv").outcomes == {ImportOutcome.UNCHANGED: 12}
    fake.catalogue = FakeCatalogue()
    import_again(shop, tmp_path / "a.csv")
    assert contents(fake) == wanted
    export(shop, tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_text() == (tmp_path / "b.csv").read_text()


def test_units_that_orders_hold_are_on_hand(fake: FakeShop, shop: ShopClient, tmp_path: Path) -> None:
    bring_in(shop, draft(sold("S"), sold("L"), currency="USD"))
    fake.catalogue.change_stock("cup.1", available=-2, reserved=1, sold=1)
    export(shop, tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as text:
        assert [row["Variant Inventory Qty"] for row in csv.DictReader(text)] == ["5", "4"]


def test_amounts_in_another_currency_than_the_shops_say_so(shop: ShopClient, tmp_path: Path) -> None:
    bring_in(shop, draft(sold(price="1.299"), currency="KWD"))
    export(shop, tmp_path / "a.csv")
    assert read_shopify([tmp_path / "a.csv"], ShopifyOptions("USD")).refused[0].reason == (
        "price in another currency than USD"
    )
    assert import_again(shop, tmp_path / "a.csv", "KWD").outcomes == {ImportOutcome.UNCHANGED: 1}


def test_variants_that_are_not_on_sale_are_not_exported(fake: FakeShop, shop: ShopClient, tmp_path: Path) -> None:
    bring_in(shop, draft(sold("S"), sold("L"), currency="USD"))
    fake.catalogue.perform("DELETE", ["products", "cup", "variants", "cup"], {})
    assert export(shop, tmp_path / "a.csv") == Export(1, 1)


def test_a_product_id_that_the_shop_does_not_take_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Handle,Title,Variant Price,Tradewind Product ID\ncup,Cup,3,a/b\n", encoding="utf-8")
    catalogue = read_shopify([path], ShopifyOptions("USD"))
    assert [(each.line, each.reason) for each in catalogue.refused] == [(2, "product id that the shop does not take")]
