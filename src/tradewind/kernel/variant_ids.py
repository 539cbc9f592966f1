"""The ids of variants: what is sold of a product, and counted in stock.

The first variant of a product has the product's own id, every other one `<productId>.<n>`, for good: no product id has
a dot, and no number is given twice.
"""

from __future__ import annotations

_MARK = "."

FIRST = 0
"""The number of the variant that has the product's own id."""


def variant_id(product_id: str, number: int) -> str:
    """`tide-mug`, 0 -> `tide-mug`; `tide-mug`, 2 -> `tide-mug.2`."""
    return product_id if number == FIRST else f"{product_id}{_MARK}{number}"


def product_of(variant_id: str) -> str:
    """The id of the product that a variant belongs to: `tide-mug.2` -> `tide-mug`."""
    return variant_id.partition(_MARK)[0]


def number_of(variant_id: str) -> int:
    """The number of a variant in its product: `tide-mug.2` -> 2, `tide-mug` -> 0."""
    return int(variant_id.partition(_MARK)[2] or FIRST)
