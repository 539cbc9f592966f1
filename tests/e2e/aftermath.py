"""What follows when nothing is broken any more: the queues run empty, time passes, jobs look for what stood still."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from tests.e2e.browserless import Visitor

from tradewind.aws.bus import EventBridgeBus
from tradewind.aws.table import ConditionFailed, Equals, Query, Table, Update, query_all
from tradewind.checkout.handlers import refund_payment, release_stock
from tradewind.checkout.jobs import resume_stuck
from tradewind.checkout.model import ALERT_AFTER, StepInput
from tradewind.inventory.jobs import release_overdue
from tradewind.kernel.clock import BEGINNING, SystemClock
from tradewind.notifications import reads as notifications
from tradewind.notifications.model import Notification, NotificationStatus
from tradewind.ordering.public import page_unsettled_orders
from tradewind.payments.jobs import check_open_payments
from tradewind.shop import Shop
from tradewind_tools.blueprint.messaging import QUEUES
from tradewind_tools.localcloud.inside import shop_at
from tradewind_tools.localcloud.sdk import local_session

STAGE: Final = "tradewind-local"
HIDDEN_SECONDS: Final = 6
"""What a consumer that died has left half done comes again after this time, where the shop waits for minutes."""

_PATIENCE_SECONDS: Final = 120
_LOOK_SECONDS: Final = 0.4
_QUIET_LOOKS: Final = 4
"""A relay that died tries again after a second: only longer silence is an end."""


class LaterClock(SystemClock):
    """An hour ahead: what has been left alone for minutes counts as left for good."""

    def now(self) -> datetime:
        return super().now() + ALERT_AFTER


class Aftermath:
    """To be made before anything happens: from then on queues deliver again after seconds."""

    def __init__(self, endpoint_url: str) -> None:
        session = local_session()
        self._sqs = session.client("sqs", endpoint_url=endpoint_url)
        self._states = session.client("stepfunctions", endpoint_url=endpoint_url)
        self._events = session.client("events", endpoint_url=endpoint_url)
        self.shop = shop_at(endpoint_url)
        for queue in QUEUES:
            self._sqs.set_queue_attributes(
                QueueUrl=self._url(queue.name), Attributes={"VisibilityTimeout": str(HIDDEN_SECONDS)}
            )

    def end(self, admin: Visitor, customers: Sequence[str]) -> Counter[str]:
        """Bring everything to its end, these customers' mails too; what had to be sent back to its queue, by queue."""
        self._wait_until(self._no_run_goes_on)
        _forget_claims(self.shop.table, customers)
        self.wait_until_quiet()
        self._an_hour_later()
        self.wait_until_quiet()
        dead = dead_letters(admin)
        for queue in dead:
            admin.post(f"/ops/dead-letters/{queue}/redrive", None).ok()
        self.wait_until_quiet()
        return dead

    def wait_until_quiet(self) -> None:
        self._wait_until(lambda: self._no_run_goes_on() and not any(self._waiting()))

    def _an_hour_later(self) -> None:
        """Let the jobs of the schedule run by a clock that is ahead."""
        later = Shop(table=self.shop.table, clock=LaterClock(), secrets=self.shop.secrets, settings=self.shop.settings)
        release_overdue.handle(later)
        check_open_payments.handle(later)
        later.bus = EventBridgeBus(later.settings.bus_name, self._events)
        resume_stuck.handle(later)
        self.wait_until_quiet()
        for given in _unsettled(later):  # the runs of now leave them marked until no older run can charge
            release_stock.handle(given, later)
            refund_payment.handle(given, later)

    def _no_run_goes_on(self) -> bool:
        [machine] = self._states.list_state_machines()["stateMachines"]
        running = self._states.list_executions(stateMachineArn=machine["stateMachineArn"], statusFilter="RUNNING")
        return not running["executions"]

    def _waiting(self) -> Iterator[int]:
        for queue in QUEUES:
            counted = self._sqs.get_queue_attributes(QueueUrl=self._url(queue.name), AttributeNames=["All"])
            yield sum(
                int(count) for name, count in counted["Attributes"].items() if name.startswith("ApproximateNumber")
            )

    def _wait_until(self, is_quiet: Callable[[], bool]) -> None:
        deadline, quiet_looks = time.monotonic() + _PATIENCE_SECONDS, 0
        while quiet_looks < _QUIET_LOOKS:
            time.sleep(_LOOK_SECONDS)
            quiet_looks = quiet_looks + 1 if is_quiet() else 0
            assert time.monotonic() < deadline, f"something still goes on: {list(self._waiting())}"

    def _url(self, queue: str) -> str:
        return self._sqs.get_queue_url(QueueName=f"{STAGE}-{queue}")["QueueUrl"]


def dead_letters(admin: Visitor) -> Counter[str]:
    listed = admin.get("/ops/dead-letters").ok()["queues"]
    return Counter({queue["queue"]: queue["waiting"] for queue in listed if queue["waiting"]})


def _forget_claims(table: Table, customers: Sequence[str]) -> None:
    """Let the minute pass for which a sender that died keeps others from sending its mail."""
    for customer_id in customers:
        for item in query_all(table, Query(f"USER#{customer_id}", begins="NOTIFICATION#", consistent=True)):
            notification = notifications.notification_from(item)
            if notification.status is NotificationStatus.PENDING:
                _forget_claim(table, notification)


def _forget_claim(table: Table, notification: Notification) -> None:
    lapsed = Update(
        notifications.notification_key(notification.user_id, notification.notification_id),
        set={"claimedUntil": 0},
        when=(Equals("status", NotificationStatus.PENDING.value),),
    )
    with suppress(ConditionFailed):
        table.write(lapsed)


def _unsettled(shop: Shop) -> list[StepInput]:
    shards = page_unsettled_orders(shop.table, BEGINNING, shop.clock.now() + timedelta(hours=1))
    return [
        StepInput(marker.order_id, marker.customer_id, "an-hour-later")
        for pages in shards
        for page in pages
        for marker in page
    ]
