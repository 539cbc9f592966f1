from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.analytics import model
from tradewind.analytics.model import (
    AnyEntry,
    CancellationEntry,
    EventEntry,
    Figures,
    FunnelStep,
    ProductSales,
    Ranking,
    RefundEntry,
    SaleEntry,
    Takings,
    Tally,
    VisitEntry,
    add_rankings_up,
    compute_figures,
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
    SALES.map(lambda sale: CancellationEntry(sale.order_id, sale.currency, True, sale.total_minor, sale.products)),
    st.builds(RefundEntry, refund_id=st.text(max_size=3), currency=CURRENCIES, amount_minor=AMOUNTS),
    st.builds(EventEntry, event_id=st.text(max_size=3), type=st.sampled_from(["UserRegistered", "PaymentFailed"])),
    st.builds(VisitEntry, step=st.sampled_from(FunnelStep)),
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


def rank(entries: Sequence[AnyEntry]) -> dict[str, dict[str, ProductSales]]:
    tally = Tally()
    tally.add(entries)
    return {currency: ranking.rows for currency, ranking in tally.rankings().items()}


def test_cancelled_order_is_no_sale_whichever_entry_comes_first() -> None:
    mugs = {"mug": ProductSales(2, 600)}
    entries: list[AnyEntry] = [
        sale(mug=mugs["mug"]),
        CancellationEntry("A", "USD", was_sold=True, total_minor=600, products=mugs),
    ]
    assert compute_figures(entries) == compute_figures(entries[::-1]) == Figures({"USD": Takings(cancelled=1)})
    assert rank(entries) == rank(entries[::-1]) == {"USD": {}}


def test_order_that_was_never_sold_takes_nothing_back() -> None:
    entries: list[AnyEntry] = [sale(mug=ProductSales(2, 600)), CancellationEntry("B", "USD")]
    takings = Takings(orders=1, units=2, revenue_minor=600, cancelled=1)
    assert compute_figures(entries) == Figures({"USD": takings})


def test_products_add_up_over_orders() -> None:
    assert rank(
        [
            sale("A", mug=ProductSales(1, 300)),
            sale("B", mug=ProductSales(2, 600)),
            sale("C", "EUR", mug=ProductSales(1, 1)),
        ]
    ) == {"USD": {"mug": ProductSales(3, 900)}, "EUR": {"mug": ProductSales(1, 1)}}


def test_a_session_counts_once_for_each_step_it_reached() -> None:
    steps = (FunnelStep.PAGE_VIEW, FunnelStep.PRODUCT_VIEW, FunnelStep.PAGE_VIEW)
    assert compute_figures([VisitEntry(step) for step in steps]).sessions == {"page_view": 2, "product_view": 1}


def ranking_of(*revenues: int, start: int = 0) -> Ranking:
    return Ranking({f"p{number:05}": ProductSales(1, each) for number, each in enumerate(revenues, start)})


def test_ranking_keeps_a_thousand_products_and_says_what_the_next_one_brought() -> None:
    ranking = ranking_of(*range(1, 1_005)).best()
    assert (len(ranking.rows), ranking.missing_minor) == (1_000, 4)
    assert min(sales.revenue_minor for sales in ranking.rows.values()) == 5


def test_ranking_of_a_thousand_products_misses_nothing() -> None:
    ranking = ranking_of(*range(600)) + ranking_of(*range(600), start=400)
    assert (len(ranking.rows), ranking.missing_minor) == (1_000, 0)


def test_sale_taken_back_before_it_was_counted_is_not_left_out() -> None:
    ranking = Ranking(ranking_of(*[9] * 1_000).rows | {"back": ProductSales(-1, -100)}).best()
    assert ranking.rows["back"] == ProductSales(-1, -100)
    assert "back" not in (ranking + Ranking({"back": ProductSales(1, 100)})).rows


@given(st.lists(st.dictionaries(st.integers(0, 9), st.integers(1, 99)), max_size=5))
def test_no_product_brought_more_than_ranking_and_missing_say(parts: list[dict[int, int]]) -> None:
    rankings = [Ranking({f"p{each}": ProductSales(1, revenue) for each, revenue in part.items()}) for part in parts]
    exact = add_rankings_up(rankings).rows
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model, "KEPT_PRODUCTS", 4)
        kept = sum(rankings, Ranking())
    assert len(kept.rows) <= 4
    for product_id, sales in exact.items():
        shown = kept.rows.get(product_id, ProductSales(0, 0)).revenue_minor
        assert shown <= sales.revenue_minor <= shown + kept.missing_minor


@given(st.lists(ENTRIES), st.randoms())
def test_the_order_of_events_does_not_matter(entries: list[AnyEntry], chance: object) -> None:
    shuffled = sorted(entries, key=lambda _: chance.random())  # type: ignore[attr-defined]  # hypothesis's Random
    assert compute_figures(shuffled) == compute_figures(entries)


@given(st.lists(st.lists(ENTRIES)))
def test_figures_of_parts_add_up_to_those_of_the_whole(parts: list[list[AnyEntry]]) -> None:
    whole = [entry for part in parts for entry in part]
    assert sum_figures(compute_figures(part) for part in parts) == compute_figures(whole)


def test_list_days_includes_both_ends() -> None:
    assert list_days(date(2024, 2, 28), date(2024, 3, 1)) == [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)]
    assert list_days(date(2024, 2, 28), date(2024, 2, 27)) == []
