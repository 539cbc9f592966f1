from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from botocore.stub import Stubber
from mypy_boto3_stepfunctions import SFNClient

from tradewind.aws.state_machine import ExpressStateMachine, RunFailed, RunNotStarted

ARN = "arn:aws:states:us-east-1:000000000000:stateMachine:tradewind-test-checkout"
ENDED = {"executionArn": f"{ARN}:1", "startDate": "2026-11-21", "stopDate": "2026-11-21"}
REQUEST = {"stateMachineArn": ARN, "input": '{"orderId":"order-1"}'}


@pytest.fixture
def client() -> Iterator[SFNClient]:
    client = boto3.client(
        "stepfunctions", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    yield client
    client.close()


@pytest.fixture
def stub(client: SFNClient) -> Iterator[Stubber]:
    with Stubber(client) as stub:
        yield stub
        stub.assert_no_pending_responses()


@pytest.fixture
def machine(client: SFNClient) -> ExpressStateMachine:
    return ExpressStateMachine(ARN, client)


def test_run_is_started_with_its_input_and_awaited(machine: ExpressStateMachine, stub: Stubber) -> None:
    stub.add_response("start_sync_execution", {**ENDED, "status": "SUCCEEDED"}, REQUEST)
    machine.run({"orderId": "order-1"})


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ({"status": "FAILED", "error": "TableBusy", "cause": "with data"}, "^FAILED TableBusy$"),
        ({"status": "TIMED_OUT"}, "^TIMED_OUT$"),
    ],
)
def test_run_that_does_not_succeed_is_an_error_that_says_how_it_ended(
    machine: ExpressStateMachine, stub: Stubber, end: dict[str, str], words: str
) -> None:
    stub.add_response("start_sync_execution", {**ENDED, **end}, REQUEST)
    with pytest.raises(RunFailed, match=words):
        machine.run({"orderId": "order-1"})


def test_throttled_start_says_that_nothing_was_begun(machine: ExpressStateMachine, stub: Stubber) -> None:
    stub.add_client_error("start_sync_execution", "ThrottlingException", "Rate exceeded", 400, None, REQUEST)
    with pytest.raises(RunNotStarted):
        machine.run({"orderId": "order-1"})


def test_any_other_refusal_is_passed_on(client: SFNClient, machine: ExpressStateMachine, stub: Stubber) -> None:
    stub.add_client_error("start_sync_execution", "StateMachineDoesNotExist", "", 400, None, REQUEST)
    with pytest.raises(client.exceptions.StateMachineDoesNotExist):
        machine.run({"orderId": "order-1"})
