"""A provider that counts the money and forgets its keys, and an order that is charged and refunded there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.fakes import CUSTOMER_ID, START, FakeClock

from tradewind.aws.table import Query
from tradewind.ordering.model import Address, CancelReason, FulfilmentStatus, Order, OrderStatus, PaymentStatus
from tradewind.ordering.public import require_order
from tradewind.ordering.writes import insert_order
from tradewind.payments.charges import ChargeRequest, charge_order
from tradewind.payments.errors import ProviderTimeout
from tradewind.payments.fake import FakeProvider
from tradewind.payments.model import Balance, Payment, balance
from tradewind.payments.provider import NOT_ENOUGH_LEFT, Charge, ChargeOutcome, RefundAnswer
from tradewind.payments.reads import OPEN_SHARDS, find_payment, list_ledger
from tradewind.payments.refunds import refund_in_full
from tradewind.shop import Shop

ORDER_ID = "01KAJ0RDER0000000000000001"
PAYMENT_ID = f"{ORDER_ID}-1"
TOTAL_MINOR = 2500
KEY_KNOWN_FOR = timedelta(hours=24)


@dataclass
class MadeRefund:
    """A refund whose money left the bank."""

    key: str
    amount_minor: int
    reference: str
    made_at: datetime
    failure: str = ""


@dataclass
class Bank(FakeProvider):
    """One charge and one refund per key, for a day; requests and answers can be lost on the way."""

    clock: FakeClock = field(default_factory=FakeClock)
    charges: dict[str, Charge] = field(default_factory=dict)
    made_refunds: list[MadeRefund] = field(default_factory=list)
    lost_refund_answers: int = 0
    asked: list[str] = field(default_factory=list)
    outcome: ChargeOutcome = ChargeOutcome.APPROVED
    lost_answers: int = 0
    lost_requests: int = 0
    outcome_of_cancelling: ChargeOutcome = ChargeOutcome.CARD_DECLINED
    cancelled: list[str] = field(default_factory=list)

    def charge(self, key: str, amount_minor: int, currency: str, token: str) -> Charge:
        assert (amount_minor, currency, token) == (2500, "USD", "tok")
        if self.lost_requests:
            self.lost_requests -= 1
            raise ProviderTimeout(key)
        charge = self.charges.setdefault(key, Charge(self.outcome, f"ch_{key}"))
        if self.lost_answers:
            self.lost_answers -= 1
            raise ProviderTimeout(key)
        return charge

    def refund(self, key: str, charge_reference: str, amount_minor: int, currency: str) -> RefundAnswer:
        assert charge_reference in {charge.reference for charge in self.charges.values()}
        assert currency == "USD"
        self.asked.append(key)
        known = [each for each in self.made_refunds if each.key == key and self._knows_key_of(each)]
        made = known[0] if known else self._make(key, amount_minor)
        if self.lost_refund_answers:
            self.lost_refund_answers -= 1
            raise ProviderTimeout(key)
        return RefundAnswer(made.reference, made.failure) if made else RefundAnswer("", NOT_ENOUGH_LEFT)

    def find_refund(self, key: str, charge_reference: str) -> RefundAnswer | None:
        assert charge_reference in {charge.reference for charge in self.charges.values()}
        found = [each for each in self.made_refunds if each.key == key]
        return RefundAnswer(found[0].reference, found[0].failure) if found else None

    def refund_by_hand(self, amount_minor: int) -> str:
        """Somebody refunds at the bank itself; the bank's id of that."""
        made = self._make("", amount_minor)
        assert made
        return made.reference

    @property
    def refunds(self) -> dict[str, int]:
        """What left the bank by the shop's keys: twice, if it left twice."""
        totals: dict[str, int] = {}
        for made in self.made_refunds:
            totals[made.key] = totals.get(made.key, 0) + made.amount_minor
        return totals

    def _knows_key_of(self, made: MadeRefund) -> bool:
        return self.clock.now() - made.made_at < KEY_KNOWN_FOR

    def _make(self, key: str, amount_minor: int) -> MadeRefund | None:
        if sum(self.refunds.values()) + amount_minor > TOTAL_MINOR:
            return None
        made = MadeRefund(key, amount_minor, f"re_{len(self.made_refunds) + 1}", self.clock.now())
        self.made_refunds.append(made)
        return made

    def look_up(self, key: str, token: str, reference: str | None) -> Charge | None:  # noqa: ARG002 - the protocol's
        assert token == "tok"
        return self.charges.get(key)

    def cancel(self, key: str, reference: str) -> Charge:
        assert self.charges[key].reference == reference
        self.cancelled.append(key)
        self.charges[key] = Charge(self.outcome_of_cancelling, reference)
        return self.charges[key]


def charge(shop: Shop) -> str:
    return charge_order(ChargeRequest(ORDER_ID, CUSTOMER_ID, 2500, "USD", "tok", "request-1"), shop)


def insert_cancelled_order(shop: Shop) -> None:
    """The order that is charged and refunded: cancelled, of 25.00."""
    shop.table.write(
        insert_order(
            Order(
                order_id=ORDER_ID,
                customer_id=CUSTOMER_ID,
                status=OrderStatus.CANCELLED,
                payment_status=PaymentStatus.UNPAID,
                fulfilment_status=FulfilmentStatus.UNFULFILLED,
                currency="USD",
                total_minor=TOTAL_MINOR,
                refunded_minor=0,
                line_count=1,
                shipping_address=Address("1 Lane", "London", "N1", "GB"),
                payment_token="tok",
                created_at=START,
                updated_at=START,
                version=1,
                correlation_id="request-1",
                cancel_reason=CancelReason.CUSTOMER_REQUEST.value,
            )
        )
    )


def refund(shop: Shop) -> bool:
    return refund_in_full(require_order(shop.table, CUSTOMER_ID, ORDER_ID), "request-1", shop)


def read_payment(shop: Shop) -> Payment:
    payment = find_payment(shop.table, ORDER_ID)
    assert payment
    return payment


def read_balance(shop: Shop) -> Balance:
    return balance(list_ledger(shop.table, ORDER_ID))


def count_open(shop: Shop) -> int:
    """How many payments the job will check."""
    shards = (shop.table.query(Query(f"PAYMENT_OPEN#{shard}", index="GSI2")) for shard in range(OPEN_SHARDS))
    return sum(len(shard.items) for shard in shards)
