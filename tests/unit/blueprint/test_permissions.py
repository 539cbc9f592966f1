"""Least privilege: every function runs for a day, and what it uses is exactly what it is granted."""

from __future__ import annotations

import pytest
from tests.unit.blueprint.trading_day import TradingDay, Use

from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.model import Function
from tradewind_tools.blueprint.permissions import SecretGrant, TableGrant

ONLY_IN_A_RACE = {
    "order-create": {Use("dynamodb:GetItem", "IDEMPOTENCY#*")},
    "checkout-check-inventory": {Use("dynamodb:GetItem", "ORDER#*")},
    "checkout-update-inventory": {Use("dynamodb:GetItem", "ORDER#*")},
    "checkout-release-stock": {Use("dynamodb:GetItem", "ORDER#*")},
}
"""What a function reads again after it lost a race, which happens to none of them in the day."""

ONLY_WITH_STRIPE = {
    name: {Use("secretsmanager:GetSecretValue", "stripe")}
    for name in (
        "checkout-process-payment",
        "checkout-refund-payment",
        "ledger-reconciler",
        "payment-action",
        "payment-clearing",
        "payment-settler",
        "payment-webhook",
        "refund-issuer",
    )
}
"""The keys of a payment provider that is not the day's."""

USE_NOTHING = {"openapi", "stream-processor", "stream-rescuer"}
"""Functions that use neither the table nor a secret, but a file, the stream and the bus."""


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_function_may_do_exactly_what_it_does(function: Function, day: TradingDay) -> None:
    rarely = ONLY_IN_A_RACE.get(function.name, set()) | ONLY_WITH_STRIPE.get(function.name, set())
    assert granted(function) == day.uses[function.name] | rarely


def test_every_function_runs_during_the_day(day: TradingDay) -> None:
    assert {function.name for function in FUNCTIONS} - day.called == USE_NOTHING


def granted(function: Function) -> set[Use]:
    table = {
        Use(grant.action, partition, grant.index)
        for grant in function.grants
        if isinstance(grant, TableGrant)
        for partition in grant.partitions
    }
    secrets = {grant.purpose for grant in function.grants if isinstance(grant, SecretGrant)}
    return table | {Use("secretsmanager:GetSecretValue", purpose) for purpose in secrets}
