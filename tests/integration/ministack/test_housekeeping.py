"""The bounds, on MiniStack's own stores: a new version that names them differently fails here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ministack.services import cloudwatch, cloudwatch_logs, dynamodb, eventbridge, lambda_svc, ses, sns, stepfunctions

from tradewind_tools.ministack import housekeeping

SCOPE = ("000000000000", "us-east-1")


@pytest.fixture(autouse=True)
def _clean_stores() -> Iterator[None]:
    modules = (cloudwatch, cloudwatch_logs, dynamodb, eventbridge, ses, sns, stepfunctions)
    yield
    for module in modules:
        module.reset()
    lambda_svc._esms.clear()


def execution(status: str) -> dict[str, Any]:
    return {"status": status}


def test_each_store_is_bounded() -> None:
    cloudwatch_logs._log_groups._data[*SCOPE, "group"] = {"streams": {str(n): {} for n in range(1_000)}}
    stepfunctions._executions._data.update({(*SCOPE, str(n)): execution("SUCCEEDED") for n in range(1_000)})
    ses._sent_emails._data[*SCOPE, "entries"] = list(range(5_000))
    eventbridge._events_log._data[*SCOPE, "entries"] = list(range(5_000))
    eventbridge._archives._data[*SCOPE, "all"] = {"Events": list(range(20_000))}
    cloudwatch._metrics._data[*SCOPE, "metric"] = list(range(5_000))
    sns._sms_messages._data[*SCOPE, "entries"] = list(range(5_000))
    housekeeping.tidy()
    assert next(iter(cloudwatch_logs._log_groups._data[*SCOPE, "group"]["streams"])) == "800"
    assert len(stepfunctions._executions._data) == housekeeping.FINISHED_EXECUTIONS
    assert ses._sent_emails._data[*SCOPE, "entries"][-1] == 4_999
    assert len(ses._sent_emails._data[*SCOPE, "entries"]) == housekeeping.MAILS
    assert len(eventbridge._events_log._data[*SCOPE, "entries"]) == housekeeping.RECENT_EVENTS
    assert len(eventbridge._archives._data[*SCOPE, "all"]["Events"]) == housekeeping.ARCHIVED_EVENTS
    assert len(cloudwatch._metrics._data[*SCOPE, "metric"]) == housekeeping.METRIC_VALUES
    assert len(sns._sms_messages._data[*SCOPE, "entries"]) == housekeeping.TEXT_MESSAGES


def test_nothing_is_pending_at_rest() -> None:
    assert not housekeeping.has_pending_work()


def test_running_execution_is_pending() -> None:
    stepfunctions._executions._data[*SCOPE, "one"] = execution("RUNNING")
    assert housekeeping.has_pending_work()


def test_unread_event_is_pending_when_someone_will_read_it() -> None:
    dynamodb._stream_records._data[*SCOPE, "table"] = [{}]
    assert not housekeeping.has_pending_work()
    lambda_svc._esms._data[*SCOPE, "consumer"] = {}
    assert housekeeping.has_pending_work()
