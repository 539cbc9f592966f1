"""The shop after an import holds what a plain reader finds in the file, whatever the order of its rows."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.data.fake_shop import FakeShop
from tests.unit.data.plain_reader import SoldProduct, ask_shop, read_invoices_plainly, read_plainly

from tradewind_tools.data.importing import Importer, ImportResult
from tradewind_tools.data.online_retail_products import read_products
from tradewind_tools.data.product_import import ImportOutcome
from tradewind_tools.data.shop import ShopClient
from tradewind_tools.data.shopify import ShopifyOptions, read_shopify

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
NASTY = FIXTURES / "shopify" / "nasty"
TWO_DAYS = FIXTURES / "online_retail" / "two_days.csv"
WELL_FORMED = [
    "01-byte-order-mark.csv",
    "15-line-breaks-in-cells.csv",
    "20-blank-trackers.csv",
    "24-sells-when-out-of-stock.csv",
    "26-goods-for-nothing.csv",
    "27-case-only-differences.csv",
    "28-signs-in-values.csv",
    "29-handles-like-variants.csv",
    "30-other-scripts.csv",
    "31-one-variant-with-an-option.csv",
    "37-categories.csv",
    "43-newer-column-names.csv",
]
HEADER = [
    "Handle",
    "Title",
    "Body (HTML)",
    "Vendor",
    "Tags",
    "Published",
    "Status",
    "Option1 Name",
    "Option1 Value",
    "Option2 Name",
    "Option2 Value",
    "Variant SKU",
    "Variant Inventory Tracker",
    "Variant Inventory Qty",
    "Variant Inventory Policy",
    "Variant Price",
    "Variant Compare At Price",
    "Cost per item",
    "Variant Grams",
    "Variant Barcode",
    "Variant Image",
    "Image Src",
    "Image Position",
]
SIZES = ["S", "s", "M", "40", "40+", "8.5", "X-Large", "x large", "Größe 1", "½", "One/Two", "★", "★★", "小"]
COLOURS = ["", "Navy", "navy", "Navy Blue", "Navy-Blue", "Navy / White", "Café"]
TITLES = ["Cup", 'The "best" mug', "Tee, long", "Poêle", "茶碗", '12" frame']


def write_lookalike(path: Path, seed: int) -> None:
    """Write an export as Shopify has them, with what real ones were found to contain."""
    chance = random.Random(seed)  # noqa: S311 (no secret)
    rows = [row for number in range(25) for row in _product(number, chance)]
    _write(path, rows)


def _product(number: int, chance: random.Random) -> Iterator[dict[str, str]]:
    handle = chance.choice([f"cup-{number}", f"cup-{number}-s", f"tasse_{number}", f"чашка-{number}"])
    pairs = [(size, colour) for size in SIZES for colour in COLOURS]
    chosen = chance.sample(pairs, chance.choice([1, 1, 3, 12])) if chance.random() < 0.6 else [("Default Title", "")]
    product = {
        "Title": chance.choice(TITLES),
        "Body (HTML)": "<p>Good &amp; plain.</p>\n" * chance.randrange(3),
        "Vendor": "Quay",
        "Tags": ", ".join(chance.sample(["a", "b c", "été", "mc-hidden-fee", "a"], chance.randrange(4))),
        "Published": chance.choice(["true", "TRUE", "false", ""]),
        "Status": chance.choice(["active", "active", "draft", "archived", ""]),
        "Option1 Name": "Title" if chosen[0][0] == "Default Title" else "Size",
        "Option2 Name": "" if chosen[0][0] == "Default Title" else "Colour",
    }
    for first, (size, colour) in enumerate(chosen):
        yield {
            "Handle": handle,
            **(product if not first else {}),
            "Option1 Value": size,
            "Option2 Value": colour,
            "Variant SKU": f"SKU-{number}-{first}",
            "Variant Inventory Tracker": chance.choice(["shopify", "shopify", ""]),
            "Variant Inventory Qty": str(chance.choice([0, 1, 17, -2, 1200])),
            "Variant Inventory Policy": chance.choice(["deny", "deny", "continue"]),
            "Variant Price": chance.choice(["0.00", "3.50", "12", "1299.00", "0.99"]),
            "Variant Compare At Price": chance.choice(["", "15.50"]),
            "Cost per item": chance.choice(["", "1.25"]),
            "Variant Grams": chance.choice(["", "0", "250", "1200.0"]),
            "Variant Barcode": chance.choice(["", "4006381333931", "4006381333932", "none"]),
            "Variant Image": chance.choice(["", f"https://img.example/own-{first}.jpg"]),
            "Image Src": f"https://img.example/{number}-{first}.jpg",
            "Image Position": str(first + 1),
        }
    yield {"Handle": handle, "Image Src": f"https://img.example/{number}-more.jpg", "Image Position": "99"}


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, HEADER, restval="")
        writer.writeheader()
        writer.writerows(rows)


def _shuffle(path: Path, seed: int) -> None:
    with path.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    random.Random(seed).shuffle(rows)  # noqa: S311 (likewise)
    _write(path, rows)


def bring_in(shop: ShopClient, path: Path) -> ImportResult:
    result = ImportResult(read_shopify([path], ShopifyOptions("USD")))
    Importer(shop).bring_in(result, lambda: None)
    assert {refused.reason for refused in result.refused} <= {"price 0 beside variants with a price: not taken"}
    return result


def test_invoices_are_stocked_as_a_plain_reader_counts_them(fake: FakeShop, shop: ShopClient) -> None:
    result = ImportResult(read_products([TWO_DAYS]))
    Importer(shop).bring_in(result, lambda: None)
    found = {
        SoldProduct(variant["sku"], variant["price"], variant["stock"])
        for product in fake.products.values()
        for variant in product["variants"]
    }
    assert found == read_invoices_plainly(TWO_DAYS)


@pytest.mark.parametrize("seed", range(4))
def test_the_shop_holds_what_a_plain_reader_finds(fake: FakeShop, shop: ShopClient, tmp_path: Path, seed: int) -> None:
    path = tmp_path / "export.csv"
    write_lookalike(path, seed)
    wanted = read_plainly(path)
    result = bring_in(shop, path)
    assert result.outcomes == {ImportOutcome.CREATED: 25}
    assert ask_shop(shop, fake.products) == wanted
    for again in range(2):
        assert bring_in(shop, path).outcomes == {ImportOutcome.UNCHANGED: 25}
        _shuffle(path, again)
    assert ask_shop(shop, fake.products) == wanted


@pytest.mark.parametrize("name", WELL_FORMED)
def test_a_nasty_but_well_formed_file_is_read_as_a_plain_reader_reads_it(
    fake: FakeShop, shop: ShopClient, name: str
) -> None:
    bring_in(shop, NASTY / name)
    assert ask_shop(shop, fake.products) == read_plainly(NASTY / name)


def test_the_fixtures_shuffled_change_nothing(fake: FakeShop, shop: ShopClient, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    write_lookalike(path, 99)
    bring_in(shop, path)
    before = fake.products
    _shuffle(path, 1)
    bring_in(shop, path)
    assert fake.products == before
