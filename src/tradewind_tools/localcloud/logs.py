"""What `./dev logs` says: the functions' own lines, oldest first."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError

from tradewind_tools.localcloud.errors import NoSuchFunction
from tradewind_tools.localcloud.sdk import local_session
from tradewind_tools.localcloud.state import Running

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_logs.type_defs import FilteredLogEventTypeDef

GROUPS = "/aws/lambda/"
POLL_SECONDS = 0.5
_LAMBDA_LINES = ("START RequestId:", "END RequestId:", "REPORT RequestId:", "INIT_START")


def print_logs(running: Running, function: str, *, follow: bool) -> None:
    """Print the lines of every function whose name contains `function`; with `follow`, until Ctrl-C or its end.

    Raises NoSuchFunction.
    """
    logs = _client(running.endpoint_url)
    if not any(_groups(logs, function)):
        raise NoSuchFunction(function)
    with suppress(KeyboardInterrupt, BotoCoreError):
        since = _print_since(logs, function, 0)
        while follow:
            time.sleep(POLL_SECONDS)
            since = _print_since(logs, function, since)


def function_lines(endpoint_url: str, since_ms: int = 0, function: str = "") -> Iterator[tuple[str, str]]:
    """The functions' names and their own lines since then (ms since the epoch); `function` is a part of the name."""
    return ((name, line) for _, name, line in _lines(_client(endpoint_url), function, since_ms))


def _client(endpoint_url: str) -> CloudWatchLogsClient:
    return local_session().client("logs", endpoint_url=endpoint_url)


def _print_since(logs: CloudWatchLogsClient, function: str, since: int) -> int:
    """Print what came at or after `since` (ms since the epoch); return where to go on."""
    lines = sorted(_lines(logs, function, since))
    for _, name, line in lines:
        print(f"{name}  {line}", flush=True)
    return lines[-1][0] + 1 if lines else since


def _lines(logs: CloudWatchLogsClient, function: str, since: int) -> Iterator[tuple[int, str, str]]:
    for group in _groups(logs, function):
        for event in _events(logs, group, since):
            if not event["message"].startswith(_LAMBDA_LINES):
                yield event["timestamp"], group.removeprefix(GROUPS), event["message"].rstrip()


def _groups(logs: CloudWatchLogsClient, function: str) -> Iterator[str]:
    for page in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=GROUPS):
        for group in page["logGroups"]:
            if function in group["logGroupName"]:
                yield group["logGroupName"]


def _events(logs: CloudWatchLogsClient, group: str, since: int) -> Iterator[FilteredLogEventTypeDef]:
    for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since):
        yield from page["events"]
