"""What must ring, and what must not: an alarm without a reason is as wrong as a silent one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from tradewind.checkout.reconciliation import Mismatch
from tradewind_tools.simulation.world import World

_OF_TROUBLE = {Mismatch.MONEY.value, Mismatch.OVERDRAWN.value}
"""What can be wrong with an order whose money moved without the shop."""


def find_violations(lines: Sequence[str], world: World) -> Iterator[str]:
    """`lines` are those of the shop's log that ring."""
    alarms = [msgspec.json.decode(line) for line in lines]
    yield from (f"an alarm rings: {line}" for line, alarm in zip(lines, alarms, strict=True) if _is_false(alarm, world))
    yield from _find_silence(alarms, world)


def _is_false(alarm: dict[str, Any], world: World) -> bool:
    facts = alarm["metadata"]
    if not world.provider.has_troubled(facts.get("orderId", "")):
        return "RefundStuck" not in alarm or not world.calls.has_faulted
    return not set(facts.get("mismatches", ())) <= _OF_TROUBLE


def _find_silence(alarms: Sequence[dict[str, Any]], world: World) -> Iterator[str]:
    problems = {alarm["metadata"].get("orderId") for alarm in alarms if "PaymentProblem" in alarm}
    mismatches = {alarm["metadata"].get("orderId") for alarm in alarms if "OrderMismatch" in alarm}
    for order_id in sorted({made.key.partition("-")[0] for made in world.provider.charges}):
        account = world.provider.account_of(order_id)
        if world.provider.must_ring(order_id) and order_id not in problems:
            yield f"nobody was told of the dispute, or the failed refund, of order {order_id}"
        if account.kept < 0 and order_id not in mismatches:
            yield f"order {order_id} keeps {account.kept}, and nothing rang"
