from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tradewind.kernel.variant_ids import FIRST, number_of, product_of, variant_id

PRODUCT_IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", fullmatch=True)


@given(PRODUCT_IDS, st.integers(FIRST, 999))
def test_id_leads_back_to_the_product_and_the_number(product_id: str, number: int) -> None:
    made = variant_id(product_id, number)
    assert (product_of(made), number_of(made)) == (product_id, number)


def test_first_variant_has_the_id_of_its_product() -> None:
    assert variant_id("tide-mug", FIRST) == "tide-mug"
