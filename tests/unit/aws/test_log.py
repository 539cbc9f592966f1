from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from tests.fakes import FakeClock

from tradewind.aws.log import InvocationLog


def log(**who: str) -> InvocationLog:
    return InvocationLog("place_order", FakeClock(), **{"request_id": "request-1", **who})


def written(capsys: pytest.CaptureFixture[str], entry: InvocationLog) -> dict[str, Any]:
    entry.message = "201"
    entry.write()
    [line] = capsys.readouterr().out.splitlines()
    decoded: dict[str, Any] = msgspec.json.decode(line)
    return decoded


@pytest.fixture(autouse=True)
def _warm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(InvocationLog, "_cold", False)


def test_line_has_the_documented_fields(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "tradewind-place-order")
    entry = log(correlation_id="trip-1", user_id="U1")
    entry.add(orderId="O1")
    line = written(capsys, entry)
    assert line.pop("duration") >= 0
    assert line == {
        "timestamp": "2026-11-21T03:04:05.678Z",
        "level": "INFO",
        "requestId": "request-1",
        "correlationId": "trip-1",
        "userId": "U1",
        "functionName": "tradewind-place-order",
        "event": "place_order",
        "message": "201",
        "metadata": {"orderId": "O1"},
    }


def test_request_is_its_own_correlation_if_nothing_else_is() -> None:
    assert log().correlation_id == "request-1"


@pytest.mark.parametrize(
    "name", ["password", "newPassword", "token", "refreshToken", "secret", "Authorization", "password_hash", "TOKEN"]
)
def test_telling_names_are_refused(capsys: pytest.CaptureFixture[str], name: str) -> None:
    entry = log()
    with pytest.raises(ValueError, match="does not belong in a log"):
        entry.add(orderId="O1", **{name: "hunter2"})
    assert written(capsys, entry)["metadata"] == {}


def test_what_json_does_not_know_is_written_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    entry = log()
    entry.add(amount=Decimal("1.50"), at=datetime(2026, 1, 1, tzinfo=UTC), kind=InvocationLog)
    assert written(capsys, entry)["metadata"] == {
        "amount": "1.50",
        "at": "2026-01-01T00:00:00Z",
        "kind": "<class 'tradewind.aws.log.InvocationLog'>",
    }


def test_line_stays_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    entry = log()
    entry.add(text="a\nb\r\n")
    assert written(capsys, entry)["metadata"] == {"text": "a\nb\r\n"}


def test_counts_become_metrics_of_the_same_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAGE", "prod")
    entry = log()
    entry.count("OrderPlaced")
    entry.count("CartItemAdded", 2)
    entry.count("OrderPlaced")
    line = written(capsys, entry)
    assert (line["stage"], line["OrderPlaced"], line["CartItemAdded"]) == ("prod", 2, 2)
    assert line["_aws"] == {
        "Timestamp": 1795230245678,
        "CloudWatchMetrics": [
            {
                "Namespace": "Tradewind",
                "Dimensions": [["stage"]],
                "Metrics": [{"Name": "OrderPlaced", "Unit": "Count"}, {"Name": "CartItemAdded", "Unit": "Count"}],
            }
        ],
    }


def test_first_line_of_a_process_counts_a_cold_start(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(InvocationLog, "_cold", True)
    assert written(capsys, log())["ColdStartCount"] == 1
    assert "ColdStartCount" not in written(capsys, log())


def test_exception_is_recorded_with_its_place_and_words(capsys: pytest.CaptureFixture[str]) -> None:
    def sink(depth: int) -> None:
        if depth == 0:
            raise RuntimeError("x" * 1000)
        sink(depth - 1)

    entry = log()
    with pytest.raises(RuntimeError) as caught:
        sink(20)
    entry.record_exception(caught.value)
    metadata = written(capsys, entry)["metadata"]
    assert metadata["fault"] == "x" * 500
    assert len(metadata["stack"]) == 6
    assert "in sink" in metadata["stack"][-1]


class Interrupted(BaseException):
    """What ends a process rather than an invocation."""


def test_line_is_written_when_the_invocation_ends(capsys: pytest.CaptureFixture[str]) -> None:
    with log() as entry:
        entry.add(orderId="O1")
    [line] = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["level"], line["event"], line["metadata"]) == ("INFO", "place_order", {"orderId": "O1"})


def test_line_is_an_error_when_an_exception_passes_through(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError), log():
        raise RuntimeError("no lamp")
    [line] = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["level"], line["message"], line["metadata"]["fault"]) == ("ERROR", "RuntimeError", "no lamp")


def test_nothing_is_written_when_the_process_is_ended(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Interrupted), log():
        raise Interrupted
    assert capsys.readouterr().out == ""
