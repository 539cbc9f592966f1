"""Every log line of the whole run: one per invocation, with the caller's request id, and no secret in any."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from tests.e2e.browserless import PASSWORD, Visitor
from tests.e2e.confidences import CARD, CONFIDENCES, KINDS
from tests.e2e.conftest import ADMIN
from tests.e2e.function_logs import everything

from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.sdk import local_session

pytestmark = pytest.mark.after_everything

PROVOKED = {"RefundMissing", "UnexpectedWebhook", "LedgerDifference"}
"""Faults that tests make on purpose: a missing record of a refund, or of a charge, a webhook of an unknown payment."""

FIELDS = {
    "timestamp",
    "level",
    "requestId",
    "correlationId",
    "userId",
    "functionName",
    "event",
    "message",
    "metadata",
    "duration",
}


def messages(cloud: LocalCloud) -> Iterator[str]:
    return (message for _, message in everything(cloud))


def test_a_request_is_found_in_the_log_by_the_id_its_caller_saw(cloud: LocalCloud, customer: Visitor) -> None:
    answer = customer.get("/auth/me")
    request_id = answer.headers["x-request-id"]
    (line,) = [json.loads(message) for message in messages(cloud) if request_id in message and message.startswith("{")]
    assert set(line) >= FIELDS
    assert (line["requestId"], line["userId"], line["event"]) == (request_id, customer.user["userId"], "get_me")


def test_no_log_line_holds_a_secret_or_an_address(cloud: LocalCloud, customer: Visitor, admin: Visitor) -> None:
    secrets = local_session().client("secretsmanager", endpoint_url=cloud.endpoint_url)
    kept = [
        secrets.get_secret_value(SecretId=secret["ARN"])["SecretString"]
        for secret in secrets.list_secrets()["SecretList"]
    ]
    forbidden = [
        PASSWORD,
        ADMIN.password,
        customer.token,
        admin.token,
        customer.refresh_token,
        "eyJ",
        "$argon2",
        "@example.com",
        "tok_approved",
        *kept,
    ]
    lines = list(messages(cloud))
    assert len(lines) > 100
    assert [line for line in lines for secret in forbidden if secret in line] == []
    assert len(kept) >= 2


def test_nothing_that_a_visitor_told_or_was_given_is_in_any_line(cloud: LocalCloud, customer: Visitor) -> None:
    """Every address, password, token, card, telephone and street of the whole run, each looked for in every line."""
    customer.put("/users/profile", {"firstName": "Ada", "phone": "+44 20 7946 0958"}).ok()
    customer.order({"tide-mug": 1})
    customer.delete("/users/me", {"password": "not the password"})
    written = "\n".join(messages(cloud))
    assert customer.user["userId"] in written
    found = {(kind, text) for kind, texts in CONFIDENCES.items() for text in texts if text in written}
    assert found == set()
    assert {kind for kind, texts in CONFIDENCES.items() if texts} == {*KINDS.values(), CARD}


def test_nothing_failed_in_the_whole_run(cloud: LocalCloud, visitor: Visitor) -> None:
    visitor.get("/status").ok()
    lines = [json.loads(message) for message in messages(cloud) if message.startswith("{")]
    failed = [line for line in lines if line["level"] == "ERROR" and line["message"] not in PROVOKED]
    assert not failed, "\n".join(json.dumps(line) for line in failed)
