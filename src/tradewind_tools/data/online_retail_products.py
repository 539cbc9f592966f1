"""A catalogue made from invoice rows: what each stock code is usually called, and what it usually costs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from tradewind_tools.data.catalogue import NAME_LENGTH, WORD_LENGTH, Catalogue, Draft, DraftVariant, check_price
from tradewind_tools.data.fitting import Note, fit_line
from tradewind_tools.data.messages import ProductFields, SoldFields
from tradewind_tools.data.online_retail import (
    CURRENCY,
    InvoiceBook,
    LocatedRow,
    RetailOptions,
    Sales,
    number,
    parse_sale,
    read_located_rows,
    stock_code,
)
from tradewind_tools.data.remarks import FilePosition, UnusableValueError

_GIFTS = "gifts"
_CATEGORY_WORDS = (
    ("christmas", r"CHRISTMAS|XMAS|ADVENT|SANTA|REINDEER|SNOWFLAKE|BAUBLE"),
    ("lights", r"T-LIGHTS?|LIGHTS?|CANDLES?|LANTERNS?|LAMPS?|LAMPSHADE|NIGHTLIGHT"),
    ("bags", r"BAGS?|PURSE|SHOPPER|HOLDALL|BACKPACK"),
    (
        "kitchen",
        r"MUGS?|CUPS?|TEACUP|TEA|COFFEE|CAKE|CAKESTAND|BOWLS?|PLATES?|JAM|JAR|KITCHEN|BAKING|SPOONS?|TEAPOT|CUTLERY|BREAD|EGG|GLASS",
    ),
    ("stationery", r"CARDS?|WRAP|RIBBONS?|PENS?|PENCILS?|NOTEBOOK|TISSUES|STICKERS?|PAPER|ENVELOPES?|CHALK|ALBUM"),
    ("jewellery", r"NECKLACE|BRACELET|EARRINGS?|RING|BROOCH|KEYRING|CHARM|HAIRCLIP"),
    ("toys", r"TOYS?|DOLLS?|GAMES?|JIGSAW|PLAYHOUSE|SKITTLES|LUDO|BALLS?|CRAYONS|BLOCKS?|FELTCRAFT"),
    ("garden", r"GARDEN|WATERING|PLANT|FLOWERPOT|PARASOLS?|GNOME|HERB|BIRD"),
    ("home", r"CUSHION|CLOCK|FRAME|DOORMAT|HOOKS?|SIGN|BOX|HOLDER|DRAWERS?|CABINET|MIRROR|HANGER|DOORSTOP|HEART"),
)
_CATEGORIES = tuple((name, re.compile(rf"\b(?:{words})\b")) for name, words in _CATEGORY_WORDS)


@dataclass(slots=True)
class _Evidence:
    """What the rows of one stock code say."""

    position: FilePosition
    code: str
    names: Counter[str] = field(default_factory=Counter)
    names_when_priced: Counter[str] = field(default_factory=Counter)
    prices: Counter[Decimal] = field(default_factory=Counter)


def read_products(files: Sequence[Path], options: RetailOptions | None = None, stock: int | None = None) -> Catalogue:
    """Read a catalogue, streamed, with enough stock for these files' sales (or `stock` of each, in units).

    Raises UnreadableFileError when a file has another format, or leaves open what `options` should say.
    """
    catalogue = Catalogue()
    by_id: dict[str, _Evidence] = {}
    book = InvoiceBook()
    for located in read_located_rows(files, options or RetailOptions(), catalogue):
        try:
            _add_evidence(by_id, located)
        except UnusableValueError as error:
            catalogue.refuse(located.position, error.reason, error.detail)
        else:
            _add_sale(book, located)
    units = _units_sold(book) if stock is None else dict.fromkeys(by_id, stock)
    for product_id, evidence in by_id.items():
        _add_draft(catalogue, product_id, evidence, units.get(product_id, 0))
    return catalogue


def _add_evidence(by_id: dict[str, _Evidence], located: LocatedRow) -> None:
    row = located.row
    product_id = stock_code(row)
    price = number(row["price"], located.format.mark) if row["price"] else Decimal(0)
    evidence = by_id.setdefault(product_id, _Evidence(located.position, row["stock_code"].upper()))
    name = " ".join(row["description"].split())
    if _is_name(name):
        (evidence.names_when_priced if price > 0 else evidence.names)[name] += 1
    if price > 0:
        evidence.prices[price] += 1


def _is_name(description: str) -> bool:
    """Whether it is a name and no stock keeper's remark (`?`, `damaged`, `20713`): names are written in capitals."""
    return any(character.isupper() for character in description)


def _add_sale(book: InvoiceBook, located: LocatedRow) -> None:
    """A row that is no sale still says what a product is called."""
    with suppress(UnusableValueError):
        book.add(parse_sale(located.row, located.position, located.format))


def _units_sold(book: InvoiceBook) -> dict[str, int]:
    sales = Sales()
    book.close(sales)
    units: Counter[str] = Counter()
    for invoice in sales.invoices:
        for line in invoice.lines:
            units[line.product_id] += line.quantity
    return units


def _add_draft(catalogue: Catalogue, product_id: str, evidence: _Evidence, on_hand: int) -> None:
    def note(reason: str, detail: str) -> None:
        catalogue.note(evidence.position, reason, f"{evidence.code}: {detail}")

    try:
        catalogue.drafts.append(_draft(product_id, evidence, on_hand, note))
    except UnusableValueError as error:
        catalogue.refuse(evidence.position, error.reason, error.detail)


def _draft(product_id: str, evidence: _Evidence, on_hand: int, note: Note) -> Draft:
    sku = fit_line("stock code", evidence.code, WORD_LENGTH, note)
    name = fit_line("name", _usual_name(evidence), NAME_LENGTH, note) or sku or product_id
    fields = ProductFields(name=name, currency=CURRENCY, category=category(name))
    sold = SoldFields(price=_usual_price(evidence), sku=sku or None)
    return Draft(evidence.position, product_id, fields, (DraftVariant(evidence.position, sold, on_hand),))


def category(name: str) -> str:
    """Return the category whose words a product's name uses first in the list; `gifts` when it uses none."""
    return next((found for found, words in _CATEGORIES if words.search(name.upper())), _GIFTS)


def _usual_name(evidence: _Evidence) -> str:
    names = evidence.names_when_priced or evidence.names
    return max(names, key=lambda name: (names[name], name), default=evidence.code)


def _usual_price(evidence: _Evidence) -> Decimal:
    if not evidence.prices:
        named = evidence.names_when_priced or evidence.names
        raise UnusableValueError("no price" if named else "no price and no description", evidence.code)
    prices = evidence.prices
    by_use = sorted(prices, key=lambda price: (prices[price], price), reverse=True)
    return next(filter(None, map(_expressible, by_use)), None) or check_price(by_use[0], CURRENCY)


def _expressible(price: Decimal) -> Decimal | None:
    try:
        return check_price(price, CURRENCY)
    except UnusableValueError:
        return None
