from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import START

from tradewind.payments.model import LedgerEntry, LedgerKind, balance

ENTRIES = st.lists(
    st.builds(
        LedgerEntry,
        entry_id=st.just("e"),
        order_id=st.just("o"),
        kind=st.sampled_from(LedgerKind),
        reference=st.integers(0, 20).map(lambda number: f"r{number}"),
        amount_minor=st.just(100),
        currency=st.just("USD"),
        at=st.just(START),
    )
)


@given(ENTRIES, st.randoms())
def test_balance_does_not_depend_on_order_or_repetition(entries: list[LedgerEntry], random: st.DrawFn) -> None:
    repeated = entries + entries[: len(entries) // 2]
    random.shuffle(repeated)  # type: ignore[attr-defined]
    assert balance(repeated) == balance(entries)


def test_kept_is_what_was_charged_less_what_was_refunded() -> None:
    charged = LedgerEntry("1", "o", LedgerKind.CHARGED, "a", 2500, "USD", START)
    refunded = LedgerEntry("2", "o", LedgerKind.REFUNDED, "b", 1000, "USD", START)
    assert balance([charged, refunded]).kept == 1500
    assert balance([]).kept == 0
