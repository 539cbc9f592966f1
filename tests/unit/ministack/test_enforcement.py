from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from tradewind_tools.ministack.enforcement import (
    DECISIONS_PATH,
    Decision,
    Decisions,
    Enforcement,
    PartOfTransaction,
    configuration_set_of,
    partition_kind,
    partitions,
    secret_name,
    sender_of,
    stream_of,
)

TABLE_ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/t"
SECRET_ARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:tradewind/local/jwt-key-a1b2c3"
STREAM_ARN = f"{TABLE_ARN}/stream/s"
SESSIONS = {"ASIA1": {"Arn": "arn:aws:sts::000000000000:assumed-role/Role-1/order-create"}}


def key(partition: str) -> dict[str, Any]:
    return {"PK": {"S": partition}, "SK": {"S": "1"}}


class Policies:
    """Refuses what is not among the allowed resources; keeps the conditions that it was given."""

    def __init__(self, *allowed: str) -> None:
        self.allowed = allowed
        self.conditions: list[dict[str, Any]] = []

    def __call__(self, _key: str, _action: str, _service: str, _region: str, resource: str, given: Any) -> str | None:  # noqa: ANN401
        self.conditions.append(given)
        return None if resource in self.allowed else "refused"


@pytest.mark.parametrize(
    ("request_", "named"),
    [
        ({"Key": key("USER#1")}, ["USER#1"]),
        ({"Item": key("USER#2")}, ["USER#2"]),
        ({"RequestItems": {"t": {"Keys": [key("USER#1"), key("PRODUCT#2")]}}}, ["USER#1", "PRODUCT#2"]),
        ({"TransactItems": [{"Put": {"Item": key("A#1")}}, {"Update": {"Key": key("B#2")}}]}, ["A#1", "B#2"]),
        (
            {
                "KeyConditionExpression": "#a = :b AND begins_with(#c, :d)",
                "ExpressionAttributeValues": {":b": {"S": "ORDER#1"}, ":d": {"S": "EVENT#"}},
            },
            ["ORDER#1"],
        ),
        ({"TableName": "t"}, []),
    ],
)
def test_every_item_that_a_request_names_is_found(request_: dict[str, Any], named: list[str]) -> None:
    assert list(partitions(request_)) == named


@given(st.text(alphabet=st.characters(exclude_characters="#")), st.text())
def test_kind_of_a_partition_ends_with_its_first_hash(name: str, rest: str) -> None:
    assert partition_kind(f"{name}#{rest}") == f"{name}#"


def test_a_stream_is_named_by_itself_or_by_an_iterator() -> None:
    iterator = urlsafe_b64encode(json.dumps({"arn": STREAM_ARN}).encode()).decode()
    assert stream_of({"StreamArn": STREAM_ARN}) == stream_of({"ShardIterator": iterator}) == STREAM_ARN
    assert stream_of({}) == ""


@pytest.mark.parametrize("sender", ["shop@tradewind.example", "The Shop <shop@tradewind.example>"])
def test_a_sender_is_an_address_whatever_name_it_has(sender: str) -> None:
    assert sender_of(json.dumps({"FromEmailAddress": sender}).encode()) == "shop@tradewind.example"
    assert sender_of(b"not JSON") == ""


def test_a_mail_may_name_a_configuration_set() -> None:
    assert configuration_set_of(b'{"ConfigurationSetName": "tradewind-local-mail"}') == "tradewind-local-mail"
    assert configuration_set_of(b"{}") == configuration_set_of(b"not JSON") == ""


def test_what_a_function_asked_for_is_kept_with_the_answer() -> None:
    kept: set[Decision] = set()
    enforce = Enforcement(Policies(TABLE_ARN), SESSIONS, kept)
    part = PartOfTransaction(TABLE_ARN, "ORDER#1")
    assert enforce("ASIA1", "dynamodb:PutItem", "dynamodb", "us-east-1", part, {}) is None
    assert enforce("ASIA1", "sqs:SendMessage", "sqs", "us-east-1", "a queue") == "refused"
    assert kept == {
        Decision("order-create", "dynamodb:PutItem", TABLE_ARN, "ORDER#", allowed=True),
        Decision("order-create", "sqs:SendMessage", "a queue", "", allowed=False),
    }


def test_a_part_of_a_transaction_is_decided_by_its_own_item() -> None:
    policies = Policies(TABLE_ARN)
    conditions = {"dynamodb:LeadingKeys": ["ORDER#1", "USER#2"]}
    part = PartOfTransaction(TABLE_ARN, "USER#2")
    Enforcement(policies, SESSIONS, set())("ASIA1", "dynamodb:PutItem", "dynamodb", "us-east-1", part, conditions)
    assert policies.conditions == [{"dynamodb:LeadingKeys": ["USER#2"]}]


def test_a_secret_is_allowed_by_its_name_as_the_stack_says_it() -> None:
    assert secret_name(SECRET_ARN) == "tradewind/local/jwt-key"
    enforce = Enforcement(Policies("tradewind/local/jwt-key"), SESSIONS, set())
    assert enforce("ASIA1", "secretsmanager:GetSecretValue", "secretsmanager", "us-east-1", SECRET_ARN) is None
    other = SECRET_ARN.replace("jwt", "other")
    assert enforce("ASIA1", "secretsmanager:GetSecretValue", "secretsmanager", "us-east-1", other) == "refused"


def test_decisions_about_others_than_functions_are_not_kept() -> None:
    kept: set[Decision] = set()
    Enforcement(Policies(), SESSIONS, kept)("test", "sqs:SendMessage", "sqs", "us-east-1", "a queue")
    assert kept == set()


def test_decisions_are_listed_at_their_own_address() -> None:
    decision = Decision("status", "sqs:SendMessage", "a queue", "", allowed=True)
    client = TestClient(Decisions(PlainTextResponse("the cloud"), {decision}))
    assert client.get(DECISIONS_PATH).json() == [
        {"function": "status", "action": "sqs:SendMessage", "resource": "a queue", "partition": "", "allowed": True}
    ]
    assert client.get("/queue").text == "the cloud"
