"""A second reading of the files, by the csv module alone and written apart from the importer, to hold it against.

It understands well-formed files in UTF-8, and nothing else.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from tradewind_tools.data.shop import ShopClient

_INVOICE_COLUMNS = 8
_MOST_UNITS = 100_000
_FEES = {"POST", "DOT", "C2", "C3", "D", "M", "S", "B", "CRUK", "BANK CHARGES", "AMAZONFEE"}

Record = Mapping[str, str]


class SoldVariant(NamedTuple):
    """What a customer sees of a variant; `stock` is None when it is not counted."""

    name: str
    price: Decimal
    stock: int | None
    is_active: bool
    options: tuple[tuple[str, str], ...]
    tags: tuple[str, ...]


def read_plainly(path: Path) -> Counter[SoldVariant]:
    """Return what a shop should have after an import of the file."""
    csv.field_size_limit(sys.maxsize)
    with path.open(encoding="utf-8-sig", newline="") as text:
        records = [{name.lower(): cell.strip() for name, cell in row.items()} for row in csv.DictReader(text)]
    variants: Counter[SoldVariant] = Counter()
    for handle in {_cell(record, "handle", "url handle") for record in records}:
        of_product = [record for record in records if _cell(record, "handle", "url handle") == handle]
        main = next(record for record in of_product if record["title"])
        variants.update(_variant(main, record) for record in of_product if _cell(record, "variant price", "price"))
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
    found: Counter[SoldVariant] = Counter()
    for product_id in product_ids:
        product, stock = shop.product(product_id), shop.stock(product_id)
        assert product is not None, product_id
        found[
            SoldVariant(
                product.name,
                product.price,
                stock.on_hand if stock and product.track_stock else None,
                product.is_active,
                tuple((product.options or {}).items()),
                tuple(product.tags or ()),
            )
        ] += 1
    return found


def _variant(main: Record, record: Record) -> SoldVariant:
    named = [(main.get(f"option{n} name", ""), record.get(f"option{n} value", "")) for n in (1, 2, 3)]
    options = [(name, value) for name, value in named if value and value != "Default Title"]
    title = " ".join(main["title"].split())
    price = Decimal(_cell(record, "variant price", "price"))
    tags = [" ".join(tag.split()) for tag in main.get("tags", "").split(",")]
    return SoldVariant(
        name=f"{title} - {' / '.join(value for _, value in options)}" if options else title,
        price=price,
        stock=_stock(record),
        is_active=_is_active(main) and price > 0,
        options=tuple(options),
        tags=tuple(dict.fromkeys(tag for tag in tags if tag)),
    )


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
