from __future__ import annotations

from tradewind.catalog.reads import query_page
from tradewind_tools.blueprint.table import ITEMS

SHOWN = {"Product", "Stock", "Variant"}
"""What every page of a product reads and pays for."""


def test_nothing_else_of_a_products_partition_is_read_with_its_page() -> None:
    low, high = query_page("shirt").between or ("", "")
    kinds = [kind for kind in ITEMS if kind.partition.startswith("PRODUCT#")]
    assert {kind.name for kind in kinds if low <= kind.sort <= high} == SHOWN
