"""Bounds for what MiniStack would keep for ever: logs, finished executions, mails, events, figures."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, MutableMapping
from itertools import islice
from typing import Any

INTERVAL_SECONDS = 5
LOG_STREAMS_PER_GROUP = 200  # one for each invocation
FINISHED_EXECUTIONS = 500
MAILS = 2_000
RECENT_EVENTS = 200
ARCHIVED_EVENTS = 10_000
METRIC_VALUES = 1_000
TEXT_MESSAGES = 500

Store = MutableMapping[Any, Any]


async def run() -> None:
    """Tidy up every few seconds, until cancelled."""
    while True:
        await asyncio.sleep(INTERVAL_SECONDS)
        tidy()


def tidy() -> None:
    """Drop the oldest entries beyond each bound."""
    from ministack.services import cloudwatch, cloudwatch_logs, eventbridge, ses, sns, stepfunctions  # noqa: PLC0415

    for group in list(cloudwatch_logs._log_groups._data.values()):  # noqa: SLF001 - no API removes the oldest
        keep_newest(group["streams"], LOG_STREAMS_PER_GROUP)
    _drop_finished_executions(stepfunctions._executions._data)  # noqa: SLF001 - the same
    bounds = (
        (ses._sent_emails, MAILS),  # noqa: SLF001 - the same
        (eventbridge._events_log, RECENT_EVENTS),  # noqa: SLF001 - the same
        (cloudwatch._metrics, METRIC_VALUES),  # noqa: SLF001 - the same
        (sns._sms_messages, TEXT_MESSAGES),  # noqa: SLF001 - the same
    )
    for store, bound in bounds:
        _bound_lists(store._data, bound)  # noqa: SLF001 - the same
    for archive in list(eventbridge._archives._data.values()):  # noqa: SLF001 - the same
        _keep_last(archive.get("Events", []), ARCHIVED_EVENTS)


def has_pending_work() -> bool:
    """Whether events wait for a consumer, or executions run."""
    from ministack.services import dynamodb, lambda_svc, stepfunctions  # noqa: PLC0415

    waiting = lambda_svc._esms.has_any() and any(dynamodb._stream_records._data.values())  # noqa: SLF001 - as above
    executions = list(stepfunctions._executions._data.values())  # noqa: SLF001 - as above
    return waiting or any(execution["status"] == "RUNNING" for execution in executions)


def keep_newest(store: Store, bound: int) -> None:
    """Drop the entries that came first into an insertion-ordered mapping, until `bound` are left."""
    for key in list(islice(store, max(0, len(store) - bound))):
        store.pop(key, None)


def _drop_finished_executions(executions: Store) -> None:
    finished = [arn for arn, execution in list(executions.items()) if execution["status"] != "RUNNING"]
    for arn in finished[: max(0, len(finished) - FINISHED_EXECUTIONS)]:
        executions.pop(arn, None)


def _bound_lists(store: Store, bound: int) -> None:
    for values in list(_lists(store)):
        _keep_last(values, bound)


def _lists(store: Store) -> Iterator[list[Any]]:
    return (values for values in list(store.values()) if isinstance(values, list))


def _keep_last(values: list[Any], bound: int) -> None:
    if len(values) > bound:
        del values[:-bound]
