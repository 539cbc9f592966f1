from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tradewind.analytics.model import (
    AnyEntry,
    CancellationEntry,
    EventEntry,
    Figures,
    ProductSales,
    ProductTakings,
    RefundEntry,
    SaleEntry,
    SessionEntry,
    Takings,
    compute_figures,
    compute_products,
    list_days,
    sum_figures,
)

ORDER_IDS = st.sampled_from("ABCDEF")
CURRENCIES = st.just("USD")
AMOUNTS = st.integers(0, 10**9)
SALES = st.builds(
    SaleEntry,
    order_id=ORDER_IDS,
    currency=CURRENCIES,
    total_minor=AMOUNTS,
    products=st.dictionaries(st.sampled_from(["mug", "shirt"]), st.builds(ProductSales, st.integers(1, 9), AMOUNTS)),
)
ENTRIES = st.one_of(
    SALES,
    st.builds(CancellationEntry, order_id=ORDER_IDS, currency=CURRENCIES),
    st.builds(RefundEntry, refund_id=st.text(max_size=3), currency=CURRENCIES, amount_minor=AMOUNTS),
    st.builds(EventEntry, event_id=st.text(max_size=3), type=st.sampled_from(["UserRegistered", "PaymentFailed"])),
    st.builds(SessionEntry, page_view=st.booleans(), purchase=st.booleans()),
)


def sale(order_id: str = "A", currency: str = "USD", **products: ProductSales) -> SaleEntry:
    return SaleEntry(order_id, currency, sum(sales.revenue_minor for sales in products.values()), products)


def test_a_sale_counts_its_units_and_money() -> None:
    assert compute_figures([sale(mug=ProductSales(2, 600), shirt=ProductSales(1, 1_250))]) == Figures(
        {"USD": Takings(orders=1, units=3, revenue_minor=1_850)}
    )


def test_currencies_are_kept_apart() -> None:
    figures = compute_figures([sale("A", "USD", mug=ProductSales(1, 300)), sale("B", "JPY", mug=ProductSales(1, 500))])
    assert {currency: takings.revenue_minor for currency, takings in figures.takings.items()} == {
        "USD": 300,
        "JPY": 500,
    }


def test_cancelled_order_is_no_sale_whichever_entry_comes_first() -> None:
    entries: list[AnyEntry] = [sale(mug=ProductSales(2, 600)), CancellationEntry("A", "USD")]
    assert compute_figures(entries) == compute_figures(entries[::-1]) == Figures({"USD": Takings(cancelled=1)})
    assert compute_products(entries) == compute_products(entries[::-1]) == []


def test_products_add_up_over_orders() -> None:
    rows = compute_products(
        [
            sale("A", mug=ProductSales(1, 300)),
            sale("B", mug=ProductSales(2, 600)),
            sale("C", "EUR", mug=ProductSales(1, 1)),
        ]
    )
    assert rows == [
        ProductTakings("USD", "mug", ProductSales(3, 900)),
        ProductTakings("EUR", "mug", ProductSales(1, 1)),
    ]


def test_a_session_counts_once_for_each_step_it_reached() -> None:
    figures = compute_figures([SessionEntry(page_view=True, product_view=True), SessionEntry(page_view=True)])
    assert figures.sessions == {"page_view": 2, "product_view": 1}


@given(st.lists(ENTRIES), st.randoms())
def test_the_order_of_events_does_not_matter(entries: list[AnyEntry], chance: object) -> None:
    shuffled = sorted(entries, key=lambda _: chance.random())  # type: ignore[attr-defined]  # hypothesis's Random
    assert compute_figures(shuffled) == compute_figures(entries)


@given(st.lists(st.lists(ENTRIES)))
def test_figures_of_parts_add_up_to_those_of_the_whole(parts: list[list[AnyEntry]]) -> None:
    """As long as an order's entries stay in one part, which a shard keeps."""
    apart = [[_of_part(entry, number) for entry in part] for number, part in enumerate(parts)]
    whole: Sequence[AnyEntry] = [entry for part in apart for entry in part]
    assert sum_figures(compute_figures(part) for part in apart) == compute_figures(whole)


def test_list_days_includes_both_ends() -> None:
    assert list_days(date(2024, 2, 28), date(2024, 3, 1)) == [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)]
    assert list_days(date(2024, 2, 28), date(2024, 2, 27)) == []


def _of_part(entry: AnyEntry, number: int) -> AnyEntry:
    match entry:
        case SaleEntry():
            return SaleEntry(f"{number}{entry.order_id}", entry.currency, entry.total_minor, entry.products)
        case CancellationEntry():
            return CancellationEntry(f"{number}{entry.order_id}", entry.currency)
        case _:
            return entry
