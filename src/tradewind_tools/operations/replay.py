"""Replays archived events with EventBridge: to all rules of the bus, or to those that match some types."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tradewind_tools.operations.errors import EmptyPeriod, ReplayFailed, UnknownType

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

_POLL_SECONDS = 0.2


def replay(
    client: EventBridgeClient,
    shop: str,
    begin: datetime,
    end: datetime,
    types: Sequence[str],
    *,
    name: str,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Replay the events of a period from the archive of `shop` (`tradewind-<stage>`), and wait for the end.

    With `types`, only to the rules that match one of them. Raises NoSpan, UnknownType or ReplayFailed.
    """
    if end <= begin:
        raise EmptyPeriod(begin, end)
    bus = client.describe_event_bus(Name=shop)["Arn"]
    rules = _rules(client, shop, types)
    client.start_replay(
        ReplayName=name,
        EventSourceArn=client.describe_archive(ArchiveName=shop)["ArchiveArn"],
        EventStartTime=begin,
        EventEndTime=end,
        Destination={"Arn": bus, "FilterArns": rules} if rules else {"Arn": bus},
    )
    while (found := client.describe_replay(ReplayName=name))["State"] in {"STARTING", "RUNNING"}:
        sleep(_POLL_SECONDS)
    if found["State"] != "COMPLETED":
        raise ReplayFailed(found.get("StateReason", found["State"]))


def _rules(client: EventBridgeClient, bus: str, types: Sequence[str]) -> list[str]:
    """The ARNs of the rules that match one of the types; none at all means every rule."""
    pages = client.get_paginator("list_rules").paginate(EventBusName=bus)
    listening = {
        rule["Arn"]: set(json.loads(rule.get("EventPattern", "{}")).get("detail-type", []))
        for page in pages
        for rule in page["Rules"]
    }
    known = sorted(set().union(*listening.values()))
    for kind in types:
        if kind not in known:
            raise UnknownType(kind, known)
    return [arn for arn, matched in listening.items() if matched & set(types)]
