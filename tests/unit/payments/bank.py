"""A provider that counts the money, and an order whose payment is charged and refunded there."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.fakes import CUSTOMER_ID

from tradewind.aws.table import Query
from tradewind.payments.charges import ChargeRequest, charge_order
from tradewind.payments.errors import ProviderTimeout
from tradewind.payments.fake import FakeProvider
from tradewind.payments.model import Balance, Payment, balance
from tradewind.payments.provider import Charge, ChargeOutcome, Refund
from tradewind.payments.reads import OPEN_SHARDS, find_payment, list_ledger
from tradewind.payments.refunds import FullRefundRequest, refund_in_full
from tradewind.shop import Shop

ORDER_ID = "01KAJ0RDER0000000000000001"
PAYMENT_ID = f"{ORDER_ID}-1"


@dataclass
class Bank(FakeProvider):
    """One charge per key; requests and answers can be lost on the way."""

    charges: dict[str, Charge] = field(default_factory=dict)
    refunds: dict[str, int] = field(default_factory=dict)
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

    def refund(self, key: str, charge_reference: str, amount_minor: int, currency: str) -> Refund:
        assert charge_reference in {charge.reference for charge in self.charges.values()}
        assert currency == "USD"
        self.refunds[key] = amount_minor
        return Refund(f"re_{key}")

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


def refund(shop: Shop) -> bool:
    return refund_in_full(FullRefundRequest(ORDER_ID, "tok", 0, "request-1"), shop)


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
