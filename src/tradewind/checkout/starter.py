"""Starting the checkout saga: one run for each message, awaited to its end.

The messages wait in a queue, and only so many are taken from it at once: a flash sale makes orders wait for their turn
rather than throttle each other's steps (docs/decisions/0023).
"""

from __future__ import annotations

from functools import partial

import msgspec

from tradewind.aws.state_machine import RunNotStarted
from tradewind.checkout.model import OrderReference, RunInput
from tradewind.edge.consumer import EventConsumer
from tradewind.kernel.backoff import pause_seconds
from tradewind.kernel.events import Event
from tradewind.shop import Shop

_ATTEMPTS = 4
_PAUSE_SECONDS = 0.5


@partial(EventConsumer, connects_to=("state_machine",))
def start_checkout(event: Event, shop: Shop) -> None:
    """Run the saga for an order, to its end.

    Raises RunNotStarted, RunFailed: the message then comes again, and finds whatever was done until then.
    """
    order = msgspec.convert(event.data, OrderReference)
    run_input = RunInput(order.order_id, order.customer_id, event.correlation_id)
    for attempt in range(_ATTEMPTS):
        try:
            shop.state_machine.run(msgspec.to_builtins(run_input))
        except RunNotStarted:
            if attempt + 1 == _ATTEMPTS:
                raise
            shop.clock.sleep(pause_seconds(attempt, _PAUSE_SECONDS, shop.clock))
        else:
            return
