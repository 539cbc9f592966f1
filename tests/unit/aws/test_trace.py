from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.fakes import START, FakeClock
from tests.interpreter import fresh

from tradewind.aws.bus import entry
from tradewind.aws.events import from_item, record_event
from tradewind.aws.log import InvocationLog
from tradewind.aws.trace import current_trace, trace_call
from tradewind.kernel.events import Event

ROOT, PARENT = "1-5759e988-bd862e3fe1be46a994272793", "53995c3f42cd8ad8"
SAMPLED = f"Root={ROOT};Parent={PARENT};Sampled=1"
EVENT = Event("01KAJ0EVENT000000000000001", "OrderPlaced", 1, START, "O1", 1, "request-1", {"orderId": "O1"})


@pytest.fixture
def documents(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """A daemon that takes the documents of a sampled trace."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.bind(("127.0.0.1", 0))
        daemon.settimeout(0.2)
        monkeypatch.setenv("AWS_XRAY_DAEMON_ADDRESS", f"127.0.0.1:{daemon.getsockname()[1]}")
        monkeypatch.setenv("_X_AMZN_TRACE_ID", SAMPLED)

        def receive() -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = []
            while True:
                try:
                    head, _, document = daemon.recv(65_536).partition(b"\n")
                except TimeoutError:
                    return found
                assert json.loads(head) == {"format": "json", "version": 1}
                found.append(json.loads(document))

        yield receive


def test_call_becomes_a_subsegment_of_a_sampled_trace(documents: Callable[[], list[dict[str, Any]]]) -> None:
    assert trace_call("DynamoDB", "GetItem", lambda: 5) == 5
    [document] = documents()
    assert (document["trace_id"], document["parent_id"], document["type"]) == (ROOT, PARENT, "subsegment")
    assert (document["name"], document["aws"], document["fault"]) == ("DynamoDB", {"operation": "GetItem"}, False)
    assert len(document["id"]) == 16
    assert document["start_time"] <= document["end_time"]


def test_failed_call_is_a_fault_and_still_raises(documents: Callable[[], list[dict[str, Any]]]) -> None:
    def fail() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        trace_call("DynamoDB", "PutItem", fail)
    assert [document["fault"] for document in documents()] == [True]


def test_invocation_can_be_searched_by_its_ids(
    documents: Callable[[], list[dict[str, Any]]], capsys: pytest.CaptureFixture[str]
) -> None:
    with InvocationLog("place_order", FakeClock(), request_id="request-1", user_id="U1") as log:
        log.add(orderId="O1", lines=3)
    [document] = documents()
    assert document["name"] == "place_order"
    assert document["annotations"] == {"userId": "U1", "correlationId": "request-1", "orderId": "O1"}
    assert capsys.readouterr().out


def test_trace_travels_with_the_event_and_beside_it_on_the_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", SAMPLED)
    recorded = record_event(EVENT, "ORDER#O1")
    assert recorded.item["traceHeader"] == SAMPLED
    put = entry(from_item(recorded.item))
    assert put.trace_header == SAMPLED
    assert "traceHeader" not in put.detail


@pytest.mark.parametrize("header", ["", f"Root={ROOT};Parent={PARENT};Sampled=0", f"Root={ROOT}", "Sampled=1", ";;="])
def test_what_is_not_sampled_leaves_no_trace(monkeypatch: pytest.MonkeyPatch, header: str) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", header)
    assert current_trace() is None
    assert "traceHeader" not in record_event(EVENT, "ORDER#O1").item


def test_missing_daemon_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", SAMPLED)
    monkeypatch.setenv("AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1:1")
    assert trace_call("DynamoDB", "GetItem", lambda: 5) == 5


def test_nothing_is_loaded_for_a_request_that_is_not_sampled() -> None:
    program = """
import sys
from tradewind.aws.trace import trace_call
trace_call("DynamoDB", "GetItem", lambda: 5)
print("socket" in sys.modules)
"""
    assert fresh(program).strip() == "False"
