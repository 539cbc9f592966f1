from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tradewind.analytics.model import (
    Cancellation,
    Figures,
    Happening,
    LogEntry,
    ProductTakings,
    Refund,
    Sale,
    Session,
    Sold,
    Takings,
    days,
    figures_of,
    products_of,
    total,
)

ORDER_IDS = st.sampled_from("ABCDEF")
CURRENCIES = st.just("USD")
AMOUNTS = st.integers(0, 10**9)
SALES = st.builds(
    Sale,
    order_id=ORDER_IDS,
    currency=CURRENCIES,
    total_minor=AMOUNTS,
    products=st.dictionaries(st.sampled_from(["mug", "shirt"]), st.builds(Sold, st.integers(1, 9), AMOUNTS)),
)
ENTRIES = st.one_of(
    SALES,
    st.builds(Cancellation, order_id=ORDER_IDS, currency=CURRENCIES),
    st.builds(Refund, refund_id=st.text(max_size=3), currency=CURRENCIES, amount_minor=AMOUNTS),
    st.builds(Happening, event_id=st.text(max_size=3), type=st.sampled_from(["UserRegistered", "PaymentFailed"])),
    st.builds(Session, page_view=st.booleans(), purchase=st.booleans()),
)


def sale(order_id: str = "A", currency: str = "USD", **products: Sold) -> Sale:
    return Sale(order_id, currency, sum(sold.revenue_minor for sold in products.values()), products)


def test_a_sale_counts_its_units_and_money() -> None:
    assert figures_of([sale(mug=Sold(2, 600), shirt=Sold(1, 1_250))]) == Figures(
        {"USD": Takings(orders=1, units=3, revenue_minor=1_850)}
    )


def test_currencies_are_kept_apart() -> None:
    figures = figures_of([sale("A", "USD", mug=Sold(1, 300)), sale("B", "JPY", mug=Sold(1, 500))])
    assert {currency: takings.revenue_minor for currency, takings in figures.takings.items()} == {
        "USD": 300,
        "JPY": 500,
    }


def test_a_cancelled_order_is_no_sale_whichever_is_told_first() -> None:
    told: list[LogEntry] = [sale(mug=Sold(2, 600)), Cancellation("A", "USD")]
    assert figures_of(told) == figures_of(told[::-1]) == Figures({"USD": Takings(cancelled=1)})
    assert products_of(told) == products_of(told[::-1]) == []


def test_products_add_up_over_orders() -> None:
    rows = products_of([sale("A", mug=Sold(1, 300)), sale("B", mug=Sold(2, 600)), sale("C", "EUR", mug=Sold(1, 1))])
    assert rows == [ProductTakings("USD", "mug", Sold(3, 900)), ProductTakings("EUR", "mug", Sold(1, 1))]


def test_a_session_counts_once_for_each_step_it_reached() -> None:
    figures = figures_of([Session(page_view=True, product_view=True), Session(page_view=True)])
    assert figures.sessions == {"page_view": 2, "product_view": 1}


@given(st.lists(ENTRIES), st.randoms())
def test_the_order_of_events_does_not_matter(entries: list[LogEntry], chance: object) -> None:
    shuffled = sorted(entries, key=lambda _: chance.random())  # type: ignore[attr-defined]  # hypothesis's Random
    assert figures_of(shuffled) == figures_of(entries)


@given(st.lists(st.lists(ENTRIES)))
def test_figures_of_parts_add_up_to_those_of_the_whole(parts: list[list[LogEntry]]) -> None:
    """As long as an order's entries stay in one part, which a shard keeps."""
    apart = [[_of_part(entry, number) for entry in part] for number, part in enumerate(parts)]
    whole: Sequence[LogEntry] = [entry for part in apart for entry in part]
    assert total(figures_of(part) for part in apart) == figures_of(whole)


def test_a_period_has_both_its_ends() -> None:
    assert days(date(2024, 2, 28), date(2024, 3, 1)) == [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)]
    assert days(date(2024, 2, 28), date(2024, 2, 27)) == []


def _of_part(entry: LogEntry, number: int) -> LogEntry:
    match entry:
        case Sale():
            return Sale(f"{number}{entry.order_id}", entry.currency, entry.total_minor, entry.products)
        case Cancellation():
            return Cancellation(f"{number}{entry.order_id}", entry.currency)
        case _:
            return entry
