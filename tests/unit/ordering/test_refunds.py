from __future__ import annotations

from collections import Counter
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import CUSTOMER_ID, START

from tradewind.kernel.errors import TradewindError
from tradewind.ordering.errors import OrderNotPaid
from tradewind.ordering.messages import RefundLine, RefundOrder
from tradewind.ordering.model import (
    Address,
    FulfilmentStatus,
    Order,
    OrderLine,
    OrderStatus,
    PaymentStatus,
    Refund,
    RefundDecision,
    RefundOrigin,
    RefundState,
    sum_refunded_lines,
    total_minor,
)
from tradewind.ordering.refunds import decide_refund

ORDER_ID = "01KAJ0RDER0000000000000001"
PRODUCTS = st.sampled_from(["hat", "mug", "shirt"])
AMOUNTS = st.integers(0, 900).map(lambda minor: Decimal(minor).scaleb(-2))

LINES = st.lists(
    st.builds(
        OrderLine,
        variant_id=PRODUCTS,
        name=st.just("Thing"),
        quantity=st.integers(1, 3),
        unit_price_minor=st.integers(0, 300),
        tracked=st.just(True),
    ),
    min_size=1,
    max_size=4,
)
REQUESTS = st.one_of(
    st.builds(RefundOrder, reason=st.just("goodwill"), amount=AMOUNTS),
    st.builds(RefundOrder, reason=st.just("all"), restock=st.booleans()),
    st.builds(
        RefundOrder,
        reason=st.just("returned"),
        lines=st.lists(
            st.builds(
                RefundLine,
                variant_id=PRODUCTS,
                quantity=st.integers(1, 3),
                amount=st.none() | st.just(Decimal(0)) | AMOUNTS,
            ),
            min_size=1,
            max_size=3,
        ),
        restock=st.booleans(),
    ),
)
STEPS = st.lists(st.tuples(REQUESTS, st.booleans()), max_size=8)
"""Requests, and whether the money of each comes back afterwards."""


def paid_order(lines: list[OrderLine]) -> Order:
    return Order(
        order_id=ORDER_ID,
        customer_id=CUSTOMER_ID,
        status=OrderStatus.PROCESSING,
        payment_status=PaymentStatus.PAID,
        fulfilment_status=FulfilmentStatus.UNFULFILLED,
        currency="USD",
        total_minor=total_minor(lines),
        refunded_minor=0,
        line_count=len(lines),
        shipping_address=Address("1 Lane", "GB", "London", "N1 9GU"),
        payment_token="tok",
        created_at=START,
        updated_at=START,
        version=2,
        correlation_id="request-1",
    )


class Returns:
    """An order, and what is refunded of it, as the table has it."""

    def __init__(self, lines: list[OrderLine]) -> None:
        self.lines = lines
        self.order = paid_order(lines)
        self.refunds: list[Refund] = []

    def ask(self, request: RefundOrder, *, fails: bool = False) -> RefundDecision | None:
        """The decision, recorded; None where it was refused."""
        try:
            decision = decide_refund(f"R{len(self.refunds)}", request, self.order, self.lines, self.refunds)
        except TradewindError:
            return None
        self.refunds.append(self._record(decision, RefundState.FAILED if fails else RefundState.ISSUED))
        refunded = self.order.refunded_minor + (0 if fails else decision.amount_minor)
        self.order = msgspec.structs.replace(
            self.order,
            refunded_minor=refunded,
            payment_status=self.order.payment_status_after(refunded),
            refunded_units=dict(Counter(self.order.refunded_units) + Counter(decision.units)),
        )
        return decision

    def _record(self, decision: RefundDecision, state: RefundState) -> Refund:
        return Refund(
            refund_id=decision.refund_id,
            order_id=ORDER_ID,
            customer_id=CUSTOMER_ID,
            amount_minor=decision.amount_minor,
            currency="USD",
            reason=decision.reason,
            origin=RefundOrigin.SHOP,
            state=state,
            created_at=START,
            updated_at=START,
            correlation_id="request-1",
            lines=decision.lines,
            is_restocked=decision.is_restocked,
        )


def count_units(lines: list[OrderLine]) -> Counter[str]:
    units = Counter[str]()
    for line in lines:
        units[line.variant_id] += line.quantity
    return units


@given(LINES, STEPS)
def test_no_refund_takes_more_than_is_left_of_the_order_or_of_a_line(
    lines: list[OrderLine], steps: list[tuple[RefundOrder, bool]]
) -> None:
    returns, cost = Returns(lines), Counter[str]()
    for line in lines:
        cost[line.variant_id] += line.total_minor
    for request, fails in steps:
        decision = returns.ask(request, fails=fails)
        if decision and decision.lines:
            assert sum(line.amount_minor for line in decision.lines) == decision.amount_minor
        assert 0 <= returns.order.refunded_minor <= returns.order.total_minor
        for product_id, refunded in sum_refunded_lines(returns.refunds).items():
            assert 0 <= refunded.amount_minor <= cost[product_id]
            assert 0 <= refunded.restocked <= refunded.quantity <= count_units(lines)[product_id]


@given(LINES, STEPS)
def test_refund_of_all_that_is_left_leaves_neither_money_nor_goods(
    lines: list[OrderLine], steps: list[tuple[RefundOrder, bool]]
) -> None:
    returns = Returns(lines)
    for request, fails in steps:
        returns.ask(request, fails=fails)
    left_minor = returns.order.refundable_minor
    rest = returns.ask(RefundOrder(reason="all", restock=True))
    assert rest is None or rest.amount_minor == left_minor
    assert returns.order.refundable_minor == 0
    assert Counter(returns.order.refunded_units) == count_units(lines)
    with pytest.raises(OrderNotPaid):
        decide_refund("R", RefundOrder(reason="again", restock=True), returns.order, lines, returns.refunds)


@given(LINES, st.permutations(["hat", "mug", "shirt"]))
def test_units_that_come_back_one_by_one_at_their_prices_are_the_whole_order(
    lines: list[OrderLine], order_of_return: list[str]
) -> None:
    returns = Returns(lines)
    for product_id in order_of_return:
        for _ in range(count_units(lines)[product_id]):
            assert returns.ask(RefundOrder(reason="returned", lines=[RefundLine(product_id=product_id, quantity=1)]))
    assert returns.order.refunded_minor == returns.order.total_minor


def test_rest_is_split_by_what_is_left_of_each_product() -> None:
    returns = Returns([OrderLine("mug", "Mug", 1, 100, tracked=True), OrderLine("hat", "Hat", 1, 100, tracked=True)])
    returns.ask(RefundOrder(reason="goodwill", amount=Decimal("0.49")))
    rest = returns.ask(RefundOrder(reason="all"))
    assert rest
    assert [(line.variant_id, line.amount_minor) for line in rest.lines] == [("hat", 76), ("mug", 75)]
