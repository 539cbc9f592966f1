from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber
from mypy_boto3_events import EventBridgeClient
from tests.fakes import START

from tradewind_tools.operations.errors import EmptyPeriod, ReplayFailed, UnknownType
from tradewind_tools.operations.replay import replay

ARN = "arn:aws:events:us-east-1:000000000000"
BUS, ARCHIVE = f"{ARN}:event-bus/tradewind-test", f"{ARN}:archive/tradewind-test"
LISTENING = {"order-cart": ["OrderPlaced"], "customer-mail": ["OrderPlaced", "UserRegistered"], "figures": ["StockLow"]}


@pytest.fixture
def client(boto_session: boto3.Session) -> EventBridgeClient:
    return boto_session.client("events")


@pytest.fixture
def stubbed(client: EventBridgeClient) -> Stubber:
    stubber = Stubber(client)
    stubber.add_response("describe_event_bus", {"Arn": BUS}, {"Name": "tradewind-test"})
    stubber.add_response("list_rules", {"Rules": [_rule(name, types) for name, types in LISTENING.items()]})
    return stubber


def _rule(name: str, types: list[str]) -> dict[str, Any]:
    return {"Name": name, "Arn": f"{ARN}:rule/{name}", "EventPattern": json.dumps({"detail-type": types})}


def _expect(stubber: Stubber, destination: dict[str, Any], *states: dict[str, Any]) -> None:
    stubber.add_response("describe_archive", {"ArchiveArn": ARCHIVE}, {"ArchiveName": "tradewind-test"})
    wanted = {
        "ReplayName": "again",
        "EventSourceArn": ARCHIVE,
        "EventStartTime": ANY,
        "EventEndTime": ANY,
        "Destination": destination,
    }
    stubber.add_response("start_replay", {}, wanted)
    for state in states:
        stubber.add_response("describe_replay", state, {"ReplayName": "again"})


def test_period_that_ends_before_it_begins_is_refused(client: EventBridgeClient) -> None:
    with pytest.raises(EmptyPeriod, match="There is nothing between"):
        replay(client, "tradewind-test", START, START, (), name="again")


def _run(client: EventBridgeClient, *types: str) -> list[float]:
    pauses: list[float] = []
    end = START + timedelta(hours=1)
    replay(client, "tradewind-test", START, end, types, name="again", sleep=pauses.append)
    return pauses


def test_replay_without_types_goes_to_every_rule_and_waits(client: EventBridgeClient, stubbed: Stubber) -> None:
    _expect(stubbed, {"Arn": BUS}, {"State": "STARTING"}, {"State": "RUNNING"}, {"State": "COMPLETED"})
    with stubbed:
        assert len(_run(client)) == 2
    stubbed.assert_no_pending_responses()


def test_replay_of_types_goes_to_the_rules_that_match_them(client: EventBridgeClient, stubbed: Stubber) -> None:
    rules = [f"{ARN}:rule/order-cart", f"{ARN}:rule/customer-mail"]
    _expect(stubbed, {"Arn": BUS, "FilterArns": rules}, {"State": "COMPLETED"})
    with stubbed:
        _run(client, "OrderPlaced")
    stubbed.assert_no_pending_responses()


def test_type_that_no_rule_matches_is_refused(client: EventBridgeClient, stubbed: Stubber) -> None:
    with stubbed, pytest.raises(UnknownType, match=r"'OrderPlace'.*OrderPlaced, StockLow, UserRegistered"):
        _run(client, "OrderPlace")


def test_failed_replay_is_an_error_with_its_reason(client: EventBridgeClient, stubbed: Stubber) -> None:
    _expect(stubbed, {"Arn": BUS}, {"State": "FAILED", "StateReason": "no such bus"})
    with stubbed, pytest.raises(ReplayFailed, match="no such bus"):
        _run(client)
