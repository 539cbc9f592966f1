"""A provider without money: the payment token decides the outcome, the same at every repeat.

| token | outcome |
|---|---|
| `tok_approved` | approved |
| `tok_declined` | declined |
| `tok_insufficient_funds` | declined: insufficient funds |
| `tok_timeout` | no answer in time, although the charge was made: a look-up finds it |
| `tok_async` | answers later |
| anything else | declined |
"""

from __future__ import annotations

from tradewind.payments.provider import Charge, ChargeOutcome, ProviderTimeout, Refund

_OUTCOMES = {
    "tok_approved": ChargeOutcome.APPROVED,
    "tok_timeout": ChargeOutcome.APPROVED,
    "tok_insufficient_funds": ChargeOutcome.INSUFFICIENT_FUNDS,
    "tok_async": ChargeOutcome.AWAITING,
}


class FakeProvider:
    def charge(self, key: str, amount_minor: int, currency: str, token: str) -> Charge:  # noqa: ARG002 - the protocol's
        if token == "tok_timeout":  # noqa: S105 - a token of the fake
            raise ProviderTimeout(f"no answer for {key}")
        return _made(key, token)

    def refund(self, key: str, charge_reference: str, amount_minor: int, currency: str) -> Refund:  # noqa: ARG002
        return Refund(f"fake_refund_{key}")

    def look_up(self, key: str, token: str) -> Charge | None:
        return _made(key, token)


def _made(key: str, token: str) -> Charge:
    return Charge(_OUTCOMES.get(token, ChargeOutcome.CARD_DECLINED), f"fake_charge_{key}")
