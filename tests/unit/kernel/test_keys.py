from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import START

from tradewind.kernel.clock import epoch_seconds
from tradewind.kernel.keys import (
    CACHED_SECONDS,
    ENTROPY_BYTES,
    IN_USE_WITHIN_SECONDS,
    WAIT_SECONDS,
    may_be_put_in_use,
    new_key,
    signs_from,
)

ENTROPY = bytes(range(ENTROPY_BYTES))


def after(seconds: float) -> bool:
    return may_be_put_in_use(new_key(ENTROPY, START), START + timedelta(seconds=seconds))


def test_a_key_says_when_it_begins_to_sign_and_is_as_random_as_it_was_made() -> None:
    value = new_key(ENTROPY, START)
    assert signs_from(value) == epoch_seconds(START) + WAIT_SECONDS
    assert bytes.fromhex(value.partition(".")[2]) == ENTROPY


def test_every_cache_knows_a_key_before_it_signs() -> None:
    assert WAIT_SECONDS > IN_USE_WITHIN_SECONDS + CACHED_SECONDS


def test_a_key_may_be_put_in_use_for_a_quarter_of_an_hour() -> None:
    assert after(0)
    assert after(IN_USE_WITHIN_SECONDS)
    assert not after(IN_USE_WITHIN_SECONDS + 1)


@pytest.mark.parametrize("value", ["", "abc", "1763712000", ".abc", "١٢٣.abc", "²." + "a" * 64, "9" * 13 + ".abc"])
def test_a_value_of_another_form_says_no_moment(value: str) -> None:
    assert signs_from(value) == 0


@given(st.text())
def test_no_value_is_a_fault(value: str) -> None:
    assert signs_from(value) >= 0
