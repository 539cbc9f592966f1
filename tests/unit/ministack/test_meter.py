from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from tradewind_tools.ministack.capacity import JsonObject
from tradewind_tools.ministack.meter import METER_PATH, Meter, MeteredCall, MeterSwitch, TableUsage

if TYPE_CHECKING:
    from httpx2 import Response


class FakeCloud:
    """Answers every request alike and remembers what it was asked."""

    def __init__(self, answer: JsonObject, status: int = 200) -> None:
        self.answer = JSONResponse(answer, status, {"x-amz-crc32": "1"})
        self.requests: list[JsonObject] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.requests.append(await Request(scope, receive).json())
        await self.answer(scope, receive, send)


@contextmanager
def measuring(meter: Meter) -> Iterator[TableUsage]:
    usage = meter.open()
    yield usage
    meter.close(usage)


def ask(app: ASGIApp, operation: str, request: JsonObject) -> Response:
    return TestClient(app).post("/", json=request, headers={"x-amz-target": f"DynamoDB_20120810.{operation}"})


def test_switched_off_it_passes_requests_on_untouched() -> None:
    cloud = FakeCloud({})
    ask(Meter(cloud), "PutItem", {"TableName": "shop"})
    assert cloud.requests == [{"TableName": "shop"}]


def test_write_is_asked_for_its_capacity() -> None:
    cloud = FakeCloud({"ConsumedCapacity": {"CapacityUnits": 2.0}})
    meter = Meter(cloud)
    with measuring(meter) as usage:
        response = ask(meter, "PutItem", {"TableName": "shop"})
    assert cloud.requests == [{"TableName": "shop", "ReturnConsumedCapacity": "TOTAL"}]
    assert (response.status_code, response.content) == (200, cloud.answer.body)
    assert response.headers["x-amz-crc32"] == "1"
    assert (usage.round_trips, usage.read_units, usage.write_units) == (1, 0.0, 2.0)


def test_caller_who_asks_for_index_figures_gets_them() -> None:
    cloud = FakeCloud({"ConsumedCapacity": {"CapacityUnits": 2.0}})
    meter = Meter(cloud)
    with measuring(meter):
        ask(meter, "PutItem", {"ReturnConsumedCapacity": "INDEXES"})
    assert cloud.requests == [{"ReturnConsumedCapacity": "INDEXES"}]


def test_calls_are_listed_in_order() -> None:
    cloud = FakeCloud({"ConsumedCapacity": {"CapacityUnits": 3.0}, "Item": {"k": {"S": "x" * 5000}}})
    meter = Meter(cloud)
    with measuring(meter) as usage:
        ask(meter, "GetItem", {"ConsistentRead": True})
        ask(meter, "UpdateItem", {})
    assert usage.calls == [("GetItem", 2.0), ("UpdateItem", 3.0)]


def test_narrow_read_is_weighed_whole_and_answered_narrow() -> None:
    cloud = FakeCloud({"Items": []})
    meter = Meter(cloud)
    with measuring(meter) as usage:
        ask(meter, "Query", {"TableName": "shop", "ProjectionExpression": "price"})
    assert cloud.requests == [{"TableName": "shop", "ProjectionExpression": "price"}, {"TableName": "shop"}]
    assert usage.calls == [MeteredCall("Query", 0.5)]


def test_refused_read_is_a_round_trip_without_capacity() -> None:
    meter = Meter(FakeCloud({"__type": "ResourceNotFoundException"}, status=400))
    with measuring(meter) as usage:
        ask(meter, "GetItem", {"ProjectionExpression": "price"})
    assert usage.calls == [MeteredCall("GetItem", 0.0)]


def test_refused_condition_costs_a_write() -> None:
    meter = Meter(FakeCloud({"__type": "ConditionalCheckFailedException"}, status=400))
    with measuring(meter) as usage:
        ask(meter, "UpdateItem", {})
    assert usage.write_units == 1.0


def test_other_requests_are_not_counted() -> None:
    cloud = FakeCloud({})
    meter = Meter(cloud)
    with measuring(meter) as usage:
        ask(meter, "DescribeTable", {})
    assert usage.round_trips == 0
    assert cloud.requests == [{}]


def test_blocks_nest_and_end() -> None:
    meter = Meter(FakeCloud({"Item": {}}))
    with measuring(meter) as outer:
        ask(meter, "GetItem", {})
        with measuring(meter) as inner:
            ask(meter, "GetItem", {})
    ask(meter, "GetItem", {})
    assert (outer.round_trips, inner.round_trips) == (2, 1)


def test_lifespan_passes_through() -> None:
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])
        for step in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{step}.complete"})

    meter = Meter(app)
    with measuring(meter), TestClient(meter):
        assert seen == ["lifespan"]


def test_switch_counts_between_its_two_requests() -> None:
    switch = MeterSwitch(FakeCloud({}))
    ask(switch, "GetItem", {})
    name = TestClient(switch).post(METER_PATH).json()
    ask(switch, "GetItem", {})
    ended = TestClient(switch).delete(f"{METER_PATH}/{name}")
    ask(switch, "GetItem", {})
    assert ended.json() == {"calls": [["GetItem", 0.5]], "read_units": 0.5, "write_units": 0.0}


def test_switch_ends_a_count_once() -> None:
    client = TestClient(MeterSwitch(FakeCloud({})))
    name = client.post(METER_PATH).json()
    assert client.delete(f"{METER_PATH}/{name}").status_code == 200
    assert client.delete(f"{METER_PATH}/{name}").status_code == 404
