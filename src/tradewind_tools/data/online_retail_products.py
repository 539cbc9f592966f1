"""A catalogue made from invoice rows: what each stock code is usually called, and what it usually costs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from tradewind_tools.data.catalogue import (
    NAME_LENGTH,
    Catalogue,
    Draft,
    FilePosition,
    UnusableValueError,
    check_price,
    one_line,
    shorten,
)
from tradewind_tools.data.csv_rows import DEFAULT_ENCODING, Row
from tradewind_tools.data.messages import ProductFields
from tradewind_tools.data.online_retail import CURRENCY, number, parse_sale, read_located_rows, stock_code

FEES = "fees"
_FEE_CODES = re.compile(r"POST|DOT|C[23]|D|M|S|B|PADS|CRUK|BANK-CHARGES|AMAZONFEE|ADJUST\d*|TEST\d*|GIFT_.*", re.ASCII)

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
    """What the rows of one stock code say. `units` is what its accepted sales add up to."""

    position: FilePosition
    names: Counter[str] = field(default_factory=Counter)
    names_when_priced: Counter[str] = field(default_factory=Counter)
    prices: Counter[Decimal] = field(default_factory=Counter)
    units: int = 0


def read_products(files: Sequence[Path], encoding: str = DEFAULT_ENCODING, stock: int | None = None) -> Catalogue:
    """Read a catalogue, streamed, with enough stock for these files' sales (or `stock` of each, in units).

    Raises UnreadableFileError when a file has another format.
    """
    catalogue = Catalogue()
    by_code: dict[str, _Evidence] = {}
    for position, row in read_located_rows(files, encoding):
        catalogue.rows_read += 1
        try:
            _add_evidence(by_code.setdefault(stock_code(row), _Evidence(position)), row)
        except UnusableValueError as error:
            catalogue.refuse(position, error.reason, error.detail)
    for code, evidence in by_code.items():
        _add_draft(catalogue, code, evidence, stock)
    return catalogue


def _add_evidence(evidence: _Evidence, row: Row) -> None:
    price = number(row["price"]) if row["price"] else Decimal(0)
    name = one_line(row["description"])
    if _is_name(name):
        (evidence.names_when_priced if price > 0 else evidence.names)[name] += 1
    if price > 0:
        evidence.prices[price] += 1
    evidence.units += _units_sold(row)


def _is_name(description: str) -> bool:
    """Whether it is a name and no stock keeper's remark (`?`, `damaged`, `20713`): names are written in capitals."""
    return any(character.isupper() for character in description)


def _units_sold(row: Row) -> int:
    try:
        return parse_sale(row).line.quantity
    except UnusableValueError:
        return 0


def _add_draft(catalogue: Catalogue, code: str, evidence: _Evidence, stock: int | None) -> None:
    try:
        catalogue.drafts.append(_draft(code, evidence, stock))
    except UnusableValueError as error:
        catalogue.refuse(evidence.position, error.reason, error.detail)


def _draft(code: str, evidence: _Evidence, stock: int | None) -> Draft:
    name = _usual_name(code, evidence)
    is_fee = _FEE_CODES.fullmatch(code) is not None
    fields = ProductFields(
        name=shorten(name, NAME_LENGTH),
        price=_usual_price(code, evidence),
        currency=CURRENCY,
        category=FEES if is_fee else category(name),
        track_stock=not is_fee,
        sku=code,
    )
    on_hand = evidence.units if stock is None else stock
    return Draft(evidence.position, code, fields, None if is_fee else on_hand)


def category(name: str) -> str:
    """Return the category whose words a product's name uses first in the list; `gifts` when it uses none."""
    return next((found for found, words in _CATEGORIES if words.search(name.upper())), _GIFTS)


def _usual_name(code: str, evidence: _Evidence) -> str:
    names = evidence.names_when_priced or evidence.names
    return max(names, key=lambda name: (names[name], name), default=code)


def _usual_price(code: str, evidence: _Evidence) -> Decimal:
    if not evidence.prices:
        named = evidence.names_when_priced or evidence.names
        raise UnusableValueError("no price" if named else "no price and no description", code)
    prices = evidence.prices
    by_use = sorted(prices, key=lambda price: (prices[price], price), reverse=True)
    return next(filter(None, map(_expressible, by_use)), None) or check_price(by_use[0], CURRENCY)


def _expressible(price: Decimal) -> Decimal | None:
    try:
        return check_price(price, CURRENCY)
    except UnusableValueError:
        return None
