"""Products as the catalogue keeps them, for shops in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tradewind.catalog import assortment
from tradewind.catalog.model import Option, OptionValue, Product, Variant
from tradewind.kernel.variant_ids import FIRST

_OPTION_ID = 1


def make_product(
    product_id: str,
    prices_minor: int | Sequence[int],
    at: datetime,
    *,
    track_stock: bool = True,
    **fields: Any,  # noqa: ANN401 - those of Product
) -> Product:
    """A product sold at a price, or in a variant for each of several prices: sizes, called `0`, `1` and so on."""
    prices = [prices_minor] if isinstance(prices_minor, int) else list(prices_minor)
    has_sizes = len(prices) > 1
    value_ids = range(_OPTION_ID + 1, _OPTION_ID + 1 + len(prices))
    sizes = [OptionValue(value_id, str(number)) for number, value_id in enumerate(value_ids)]
    variants = [
        Variant(FIRST + number, price, [value_id] if has_sizes else [], track_stock)
        for number, (price, value_id) in enumerate(zip(prices, value_ids, strict=True))
    ]
    described: dict[str, Any] = {"name": product_id.title(), "currency": "USD", "category": "things"} | fields
    product = Product(
        product_id=product_id,
        created_at=at,
        updated_at=at,
        version=1,
        variants=[],
        lowest_minor=0,
        highest_minor=0,
        next_number=FIRST + len(prices),
        next_id=value_ids.stop if has_sizes else _OPTION_ID,
        options=[Option(_OPTION_ID, "Size", sizes, sizes[0].value_id)] if has_sizes else [],
        **described,
    )
    return assortment.begin(product, variants)
