"""A second reading of the files, by the csv module alone and written apart from the importer, to hold it against.

It understands well-formed files in UTF-8, and nothing else.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from tradewind_tools.data.shop import ShopClient

_INVOICE_COLUMNS = 8
_MOST_UNITS = 100_000
_EAN_DIGITS = 13
_FEES = {"POST", "DOT", "C2", "C3", "D", "M", "S", "B", "CRUK", "BANK CHARGES", "AMAZONFEE"}

Record = Mapping[str, str]


class SoldVariant(NamedTuple):
    """What the shop says of a variant; `stock` is None when it is not counted."""

    product: str
    price: Decimal
    stock: int | None
    is_active: bool
    options: tuple[tuple[str, str], ...]
    tags: tuple[str, ...]
    vendor: str | None
    sku: str | None
    barcode: str | None
    compare_at_price: Decimal | None
    cost: Decimal | None
    weight_grams: int | None
    image_url: str | None


def read_plainly(path: Path) -> Counter[SoldVariant]:
    """Return what a shop should have after an import of the file."""
    csv.field_size_limit(sys.maxsize)
    with path.open(encoding="utf-8-sig", newline="") as text:
        records = [{name.lower(): cell.strip() for name, cell in row.items()} for row in csv.DictReader(text)]
    variants: Counter[SoldVariant] = Counter()
    for handle in {_cell(record, "handle", "url handle") for record in records}:
        of_product = [record for record in records if _cell(record, "handle", "url handle") == handle]
        main = next(record for record in of_product if record["title"])
        sold = [record for record in of_product if _cell(record, "variant price", "price")]
        priced = [record for record in sold if _amount(record, "variant price", "price")]
        variants.update(_variant(main, record, sold) for record in priced or sold)
    return variants


class SoldProduct(NamedTuple):
    """A product of invoices: its stock code, most usual price, and the units that were sold."""

    code: str
    price: Decimal
    units: int


def read_invoices_plainly(path: Path) -> set[SoldProduct]:
    """Return the products that a shop should have after an import of the invoices."""
    with path.open(encoding="utf-8-sig", newline="") as text:
        _, *records = csv.reader(text)
    rows = [record for record in records if len(record) == _INVOICE_COLUMNS and _is_goods(record[1])]
    prices: dict[str, Counter[Decimal]] = {}
    units: Counter[str] = Counter()
    for invoice, code, _, quantity, date, unit_price, _, _ in rows:
        price = Decimal(unit_price)
        if price > 0 and price == round(price, 2):
            prices.setdefault(code.upper(), Counter())[price] += 1
            is_sale = invoice.isdigit() and quantity.isdigit() and date[0].isdigit()
            units[code.upper()] += int(quantity) if is_sale and int(quantity) <= _MOST_UNITS else 0
    return {SoldProduct(code, max(found, key=lambda p: (found[p], p)), units[code]) for code, found in prices.items()}


def _is_goods(code: str) -> bool:
    return code.upper() not in _FEES and any(map(str.isalnum, code))


def ask_shop(shop: ShopClient, product_ids: Iterable[str]) -> Counter[SoldVariant]:
    """Return what the shop has under these ids, by its public API."""
    return Counter(sold for product_id in product_ids for sold in _ask_about(shop, product_id))


def _ask_about(shop: ShopClient, product_id: str) -> Iterator[SoldVariant]:
    product = shop.product(product_id)
    assert product is not None, product_id
    for variant in shop.variants(product_id):
        stock = shop.stock(variant.variant_id)
        yield SoldVariant(
            product=product.name,
            stock=stock.on_hand if stock and variant.track_stock else None,
            is_active=product.is_active,
            tags=tuple(product.tags or ()),
            vendor=product.vendor,
            options=tuple(variant.options.items()),
            **{name: getattr(variant, name) for name in _OF_A_VARIANT},
        )


_OF_A_VARIANT = ("price", "sku", "barcode", "compare_at_price", "cost", "weight_grams", "image_url")


def _variant(main: Record, record: Record, sold: Sequence[Record]) -> SoldVariant:
    price = _amount(record, "variant price", "price")
    tags = [" ".join(tag.split()) for tag in main.get("tags", "").split(",")]
    barcode = _cell(record, "variant barcode", "barcode")
    return SoldVariant(
        product=" ".join(main["title"].split()),
        price=price or Decimal(0),
        stock=_stock(record),
        is_active=_is_active(main) and price != 0,
        options=tuple(_options(main, record, sold)),
        tags=tuple(dict.fromkeys(tag for tag in tags if tag)),
        vendor=main.get("vendor") or None,
        sku=_cell(record, "variant sku", "sku") or None,
        barcode=barcode if len(barcode) == _EAN_DIGITS and _checks(barcode) else None,
        compare_at_price=_amount(record, "variant compare at price", "compare-at price"),
        cost=_amount(record, "cost per item"),
        weight_grams=int(_amount(record, "variant grams", "weight value (grams)") or 0) or None,
        image_url=_cell(record, "variant image", "variant image url") or None,
    )


def _options(main: Record, record: Record, sold: Sequence[Record]) -> Iterator[tuple[str, str]]:
    for number in (1, 2, 3):
        column = f"option{number} value"
        if any(_said(each, column) for each in sold):
            yield main[f"option{number} name"], _said(record, column) or "–"  # noqa: RUF001 - as the importer writes it


def _said(record: Record, column: str) -> str:
    return record.get(column, "").replace("Default Title", "")


def _checks(digits: str) -> bool:
    return (sum(map(int, digits[::2])) + 3 * sum(map(int, digits[1::2]))) % 10 == 0


def _amount(record: Record, *names: str) -> Decimal | None:
    text = _cell(record, *names)
    return Decimal(text) if text else None


def _stock(record: Record) -> int | None:
    sells_on = _cell(record, "variant inventory policy", "continue selling when out of stock").lower() == "continue"
    if sells_on or not _cell(record, "variant inventory tracker", "inventory tracker"):
        return None
    return max(0, int(_cell(record, "variant inventory qty", "inventory quantity")))


def _is_active(main: Record) -> bool:
    published = _cell(main, "published", "published on online store").lower()
    return published in {"", "true"} and main.get("status", "").lower() in {"", "active"}


def _cell(record: Record, *names: str) -> str:
    return next((record[name] for name in names if name in record), "")
