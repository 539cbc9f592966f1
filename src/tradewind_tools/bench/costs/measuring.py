"""Runs the shop in a local cloud and counts what each scenario uses.

Counted: requests and bytes, DynamoDB's units and round trips, calls of each function and their CPU time, log bytes,
events and what the rules make of them. What cannot be counted here is in `assumptions`.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NamedTuple

from tradewind_tools.bench.costs import assumptions
from tradewind_tools.bench.costs.events import EventCounter
from tradewind_tools.bench.costs.prices import GIGABYTE, Unit
from tradewind_tools.bench.costs.scenarios import CostScenario, HttpTraffic, Shopper
from tradewind_tools.bench.costs.usage import Usage
from tradewind_tools.bench.errors import NotMeasurable, require_linux
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.messaging import CHECKOUT_QUEUE, RULES, Rule
from tradewind_tools.blueprint.model import Function, QueueSource, StateMachineStep, StreamSource
from tradewind_tools.blueprint.table import TABLE
from tradewind_tools.exports.cloudformation.names import LOCAL, StageNames
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.logs import function_lines
from tradewind_tools.localcloud.processes import cpu_ns, tree
from tradewind_tools.localcloud.sdk import local_session
from tradewind_tools.ministack.capacity import WRITE_BLOCK_BYTES, item_size
from tradewind_tools.ministack.meter import TableUsage

QUIET_SECONDS: Final = 3.0
PATIENCE_SECONDS: Final = 60
LOG_LINE_OVERHEAD_BYTES: Final = 26
"""What CloudWatch adds to the size of each line: its timestamp and other things of its own."""

TABLE_NAME: Final = StageNames(LOCAL).shop
_PREFIX: Final = f"{TABLE_NAME}-"
_BY_NAME: Final[Mapping[str, Function]] = {function.name: function for function in FUNCTIONS}


class ScenarioCounts(NamedTuple):
    """What so many runs of a scenario took together; CPU in ms; `calls` and `cpu_ms` by function.

    `provider_units` are write units of `table` that the fake provider's own books took: a real one keeps its own.
    """

    times: int
    traffic: HttpTraffic
    table: TableUsage
    calls: Counter[str]
    cpu_ms: Mapping[str, Decimal]
    log_bytes: int
    events: tuple[Mapping[str, Any], ...]
    mails: int
    table_bytes: int
    provider_units: int = 0


@dataclass(frozen=True, slots=True)
class MeasuredScenario:
    """What one run of a scenario takes, on the average."""

    scenario: CostScenario
    counts: ScenarioCounts

    def usage(self, orders_a_second: Decimal = Decimal()) -> Usage:
        """In the units of AWS's bill, in a shop of so many orders; in a busy one messages are batched."""
        runs_a_second = Decimal(self.scenario.often) * orders_a_second
        return _usage_of(self.counts, runs_a_second).times(Decimal(1) / self.counts.times)

    def each(self, amount: Decimal | float) -> Decimal:
        """The share of one run in an amount of all."""
        return Decimal(amount) / self.counts.times


class Bench:
    """A shop in a local cloud with a customer; measures one scenario at a time."""

    def __init__(self, cloud: LocalCloud, products: tuple[str, ...]) -> None:
        """Raises NotMeasurable where the CPU time of a process is not measured."""
        require_linux()
        self._cloud = cloud
        self._products = products
        session = local_session()
        self._dynamodb = session.client("dynamodb", endpoint_url=cloud.endpoint_url)
        self._events = EventCounter(session, cloud.endpoint_url)
        self._traffic = HttpTraffic()
        self._customer = self._new_customer()
        self._customer.register()
        self._customer.sign_in()

    def measure(self, scenario: CostScenario, times: int) -> MeasuredScenario:
        """Count what `times` runs take, after as many that warm the functions.

        Raises NotMeasurable when work went on after the shop seemed at rest.
        """
        self._repeat(scenario, times)  # as many, so that as many workers are warm: cold starts are assumed, not counted
        self._settle()
        self._events.take()
        before, bytes_before, books_before = self._traffic.copy(), self._table_bytes(), self._provider_units()
        cpu_before, began_ms = self._cpu_ms(), int(time.time() * 1000)
        with self._cloud.meter() as table:
            self._repeat(scenario, times)
            self._settle()
        written = [line for _, line in function_lines(self._cloud.endpoint_url, began_ms) if line[0] == "{"]
        lines = [json.loads(line) for line in written]
        calls = Counter(name for name, _ in {(_function_of(line), line["requestId"]) for line in lines})
        cpu_ms = {name: spent - cpu_before.get(name, Decimal()) for name, spent in self._cpu_ms().items()}
        log_bytes = sum(len(line.encode()) + LOG_LINE_OVERHEAD_BYTES for line in written)
        mails = sum(line["event"] == "send_email" and line["message"] == "Sent" for line in lines)
        need_all_mails(scenario, times, mails)
        grown, booked = self._table_bytes() - bytes_before, self._provider_units() - books_before
        events = self._events.take()
        traffic = self._traffic.since(before)
        counts = ScenarioCounts(times, traffic, table, calls, cpu_ms, log_bytes, events, mails, grown, booked)
        return MeasuredScenario(scenario, counts)

    def _repeat(self, scenario: CostScenario, times: int) -> None:
        for _ in range(times):
            scenario.run(self._new_customer() if scenario.as_new_customer else self._customer)

    def _new_customer(self) -> Shopper:
        return Shopper(f"{self._cloud.front_door_url}/v1", self._products, self._traffic)

    def _settle(self) -> None:
        """Wait until nothing follows any more from what was done. Raises NotMeasurable."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            with self._cloud.meter() as usage:
                time.sleep(QUIET_SECONDS)
            if not usage.round_trips:
                return
        raise NotMeasurable(f"The shop has not come to rest in {PATIENCE_SECONDS} s: nothing would be counted right.")

    def _table_bytes(self) -> int:
        """What is stored: each item, and once more in each index that holds it."""
        return sum(item_size(item) * _copies(item) for item in self._scan())

    def _provider_units(self) -> int:
        """What writing the fake provider's books took: each entry once, and once more in its index."""
        books = (item for item in self._scan() if item["PK"]["S"].startswith("FAKEBANK#"))
        return sum(-(-item_size(item) // WRITE_BLOCK_BYTES) * _copies(item) for item in books)

    def _scan(self) -> Iterator[Mapping[str, Any]]:
        for page in self._dynamodb.get_paginator("scan").paginate(TableName=TABLE_NAME):
            yield from page["Items"]

    def _cpu_ms(self) -> dict[str, Decimal]:
        """What the workers of each function have spent so far."""
        spent: Counter[str] = Counter()
        for process in tree(self._cloud.server.pid):
            if process.function:
                with suppress(OSError):  # it has ended meanwhile
                    spent[process.function.removeprefix(_PREFIX)] += cpu_ns(process.pid)
        return {name: Decimal(nanoseconds) / 1_000_000 for name, nanoseconds in spent.items()}


def need_all_mails(scenario: CostScenario, times: int, mails: int) -> None:
    """Raises NotMeasurable: on a busy machine what comes last, the mail, may come after the shop seemed at rest."""
    if mails != times * scenario.mails:
        sent = f"{mails} of {times * scenario.mails} mails of '{scenario.name}' were sent"
        raise NotMeasurable(f"{sent} when the shop seemed at rest: this machine has too much else to do.")


def _usage_of(counts: ScenarioCounts, runs_a_second: Decimal) -> Usage:
    """What all runs use together."""
    together = _Batching(counts, runs_a_second)
    calls = {name: together.calls(name) for name in counts.calls}
    roots = counts.traffic.requests + sum((calls[name] for name in calls if _is_consumer(name)), Decimal())
    return Usage(
        {
            Unit.API_REQUEST: counts.traffic.requests,
            Unit.BYTE_OUT: counts.traffic.bytes_out,
            Unit.LAMBDA_REQUEST: sum(calls.values(), Decimal()),
            Unit.LAMBDA_GB_SECOND: _lambda_gb_seconds(counts),
            Unit.READ_UNIT: Decimal(counts.table.read_units),
            Unit.WRITE_UNIT: Decimal(counts.table.write_units) - counts.provider_units,
            Unit.TABLE_GB_MONTH: Decimal(counts.table_bytes) / GIGABYTE,
            Unit.EVENT: len(counts.events),
            Unit.QUEUE_REQUEST: together.queue_requests(),
            Unit.EXPRESS_REQUEST: _count_queued(counts.events)[CHECKOUT_QUEUE],
            Unit.EXPRESS_GB_SECOND: _express_gb_seconds(counts),
            Unit.LOG_BYTE: counts.log_bytes,
            Unit.TRACE: roots,
            Unit.MAIL: counts.mails,
        }
    )


class _Batching:
    """Messages of a queue that wait for each other are received, handled and deleted in one go."""

    def __init__(self, counts: ScenarioCounts, runs_a_second: Decimal) -> None:
        self._counted = counts
        self._runs_a_second = runs_a_second

    def calls(self, name: str) -> Decimal:
        trigger = _BY_NAME[name].trigger
        calls = self._counted.calls[name]
        return calls / self._batch(trigger, calls) if isinstance(trigger, QueueSource) else Decimal(calls)

    def queue_requests(self) -> Decimal:
        """Each message is sent; the messages of a batch are received and deleted by one request."""
        queued = _count_queued(self._counted.events)
        fetched = (2 * count / self._batch(_source_of(queue), count) for queue, count in queued.items())
        return queued.total() + sum(fetched, Decimal())

    def _batch(self, source: QueueSource, messages: int) -> Decimal:
        """How many messages a call takes: those that come while the first of them waits."""
        a_second = Decimal(messages) / self._counted.times * self._runs_a_second
        return min(Decimal(source.batch_size), 1 + a_second * source.wait_seconds)


def _is_consumer(name: str) -> bool:
    return isinstance(_BY_NAME[name].trigger, QueueSource | StreamSource)


def _source_of(queue: str) -> QueueSource:
    return next(
        each.trigger for each in FUNCTIONS if isinstance(each.trigger, QueueSource) and each.trigger.queue == queue
    )


def _lambda_gb_seconds(counts: ScenarioCounts) -> Decimal:
    """What functions compute and wait for, the starter for the whole run among them."""
    own = sum((_billable_ms(name, calls, counts) * _gigabytes(name) for name, calls in counts.calls.items()), Decimal())
    waiting = counts.table.round_trips * assumptions.ROUND_TRIP_MS * _gigabytes("product-get")
    return (own + waiting + _express_ms(counts) * _gigabytes("checkout-starter")) / 1000


def _billable_ms(name: str, calls: int, counts: ScenarioCounts) -> Decimal:
    """All calls of a function: its CPU time at its share of a CPU, its waits, and an initialisation now and then."""
    share = Decimal(min(_BY_NAME[name].memory_mb, assumptions.FULL_CPU_MB)) / assumptions.FULL_CPU_MB
    waiting = assumptions.WAITING_MS.get(name, 0) + assumptions.COLD_STARTS * assumptions.INITIALISATION_MS
    return counts.cpu_ms.get(name, Decimal()) / share + calls * waiting


def _express_gb_seconds(counts: ScenarioCounts) -> Decimal:
    return _express_ms(counts) / 1000 * assumptions.EXPRESS_MEMORY_GB


def _express_ms(counts: ScenarioCounts) -> Decimal:
    """How long all runs of the saga last together."""
    steps = {
        name: calls for name, calls in counts.calls.items() if isinstance(_BY_NAME[name].trigger, StateMachineStep)
    }
    lasting = (_billable_ms(name, calls, counts) + calls * assumptions.TRANSITION_MS for name, calls in steps.items())
    return sum(lasting, Decimal())


def _gigabytes(name: str) -> Decimal:
    return Decimal(_BY_NAME[name].memory_mb) / 1024


def _count_queued(events: Iterable[Mapping[str, Any]]) -> Counter[str]:
    """How many messages the rules put on each queue."""
    return Counter(rule.queue for event in events for rule in RULES if _matches(rule, event))


def _matches(rule: Rule, event: Mapping[str, Any]) -> bool:
    """As EventBridge does."""
    data = event["detail"].get("data", {})
    return event["detail-type"] in rule.events and all(data.get(name) == value for name, value in rule.data)


def _copies(item: Mapping[str, Any]) -> int:
    return 1 + sum(index.key.partition in item for index in TABLE.indexes)


def _function_of(line: Mapping[str, Any]) -> str:
    return str(line["functionName"]).removeprefix(_PREFIX)
