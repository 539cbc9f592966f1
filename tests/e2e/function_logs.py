"""What the functions wrote into their log groups."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
from mypy_boto3_logs import CloudWatchLogsClient

from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.environment import CREDENTIALS, REGION


def written(cloud: LocalCloud, function: str, **fields: str) -> list[dict[str, Any]]:
    """The JSON lines of one function whose top-level fields have these values, e.g. `requestId="…"`."""
    lines = (json.loads(text) for text in _texts(cloud, function) if text.startswith("{"))
    return [line for line in lines if all(line.get(name) == value for name, value in fields.items())]


def everything(cloud: LocalCloud, since_ms: int = 0) -> Iterator[tuple[str, str]]:
    """Every line of every function since then (ms since the epoch), with its log group's name."""
    logs = _client(cloud)
    for groups in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix="/aws/lambda/"):
        for group in groups["logGroups"]:
            name = group["logGroupName"]
            for page in logs.get_paginator("filter_log_events").paginate(logGroupName=name, startTime=since_ms):
                yield from ((name, event["message"]) for event in page["events"])


def _texts(cloud: LocalCloud, function: str) -> list[str]:
    group = f"/aws/lambda/tradewind-local-{function}"
    pages = _client(cloud).get_paginator("filter_log_events").paginate(logGroupName=group)
    return [event["message"] for page in pages for event in page["events"]]


def _client(cloud: LocalCloud) -> CloudWatchLogsClient:
    return boto3.client(
        "logs",
        endpoint_url=cloud.endpoint_url,
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )
