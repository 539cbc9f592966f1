"""Every operation of openapi.json does what the document says of it: who may call it, and what it answers."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.browserless import ADDRESS, PASSWORD, Answer, Visitor
from tests.e2e.contract import Contract, Operation

from tradewind.payments import signatures
from tradewind_tools.exports import openapi
from tradewind_tools.localcloud import paying
from tradewind_tools.localcloud.cloud import LocalCloud

OPERATIONS = {operation.name: operation for operation in Contract(openapi.document()).operations}
SECURED = [name for name, operation in OPERATIONS.items() if operation.role != "public"]
FOR_ADMINISTRATORS = [name for name, operation in OPERATIONS.items() if operation.role == "admin"]
WITH_A_BODY = [name for name, operation in OPERATIONS.items() if "requestBody" in operation.described]
GENERATED = (
    "--phases=examples,coverage,fuzzing",
    "--checks=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
    "--max-examples=10",
    "--seed=1",
    "--no-color",
)


def asked(visitor: Visitor, operation: Operation, body: object = None) -> Answer:
    """A call that would be accepted, as far as the document's examples go."""
    if body is None and "requestBody" in operation.described:
        body = operation.described["requestBody"]["content"]["application/json"]["example"]
    required = [each for each in operation.described["parameters"] if each["in"] == "query" and each["required"]]
    query: dict[str, Any] = {each["name"]: "ada@example.com" for each in required}
    return visitor.ask(operation.method, operation.sample_path, body, query=query)


@pytest.mark.parametrize("name", SECURED)
def test_nobody_passes_without_signing_in(visitor: Visitor, name: str) -> None:
    assert asked(visitor, OPERATIONS[name]).error == (401, "SignInRequired")


@pytest.mark.parametrize("name", FOR_ADMINISTRATORS)
def test_customer_is_no_administrator(customer: Visitor, name: str) -> None:
    assert asked(customer, OPERATIONS[name]).error == (403, "AdminOnly")


@pytest.mark.parametrize("name", WITH_A_BODY)
def test_every_body_is_validated(admin: Visitor, name: str) -> None:
    assert asked(admin, OPERATIONS[name], "[]").error == (422, "InvalidRequest")


def test_every_operation_succeeds_as_documented(cloud: LocalCloud, visitor: Visitor, admin: Visitor) -> None:
    """The visitors hold each answer against the document; here none may be missing."""
    contract = admin.contract
    assert contract is not None
    contract.seen.clear()
    customer = visitor.registered()
    _sell(admin, visitor)
    _send_and_give_back(admin, _buy(customer))
    _think_again(customer)
    _hear(visitor, cloud)
    _look_around(customer, admin)
    _measure(visitor, admin)
    _leave(customer)
    succeeded = {name for name, status in contract.seen if status == OPERATIONS[name].success}
    assert set(OPERATIONS) - succeeded == set()


def test_thousands_of_generated_requests_are_answered_as_documented(admin: Visitor, tmp_path: Path) -> None:
    """Requests that fit the document and requests that nearly do: each status, body and type is a documented one."""
    api = f"{admin.url}/v1"
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{api}/openapi.json", "--url", api]
    signed_in = ["--header", f"Authorization: Bearer {admin.token}"]
    done = subprocess.run(
        [*command, *signed_in, *GENERATED], cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stdout
    [cases] = re.findall(r"(\d+) generated, \1 passed", done.stdout)
    assert int(cases) > 1_000


def _sell(admin: Visitor, visitor: Visitor) -> None:
    product = admin.stocked("contract", 20)
    admin.stocked("contract-deleted")
    admin.put(f"/products/{product}", {"name": "Contract", "price": 2.5, "category": "tests"}).ok()
    admin.delete("/products/contract-deleted").ok()
    admin.put(f"/products/{product}/stock", {"adjustment": 1}).ok()
    admin.get(f"/products/{product}/stock").ok()
    admin.get(f"/products/{product}/stock/movements").ok()
    visitor.get(f"/products/{product}").ok()
    visitor.get("/products").ok()
    visitor.get("/products/category/tests").ok()
    visitor.get("/status").ok()
    visitor.get("/openapi.json").ok()


def _buy(customer: Visitor) -> str:
    order = str(customer.order({"contract": 1}).ok()["orderId"])
    customer.settled(order)
    customer.get(f"/orders/{order}").ok()
    customer.get(f"/orders/{order}/payment-action").ok()
    customer.get("/orders").ok()
    customer.post("/cart/items", {"productId": "contract", "quantity": 1}).ok()
    customer.put("/cart/items/contract", {"quantity": 2}).ok()
    customer.get("/cart").ok()
    customer.post("/checkout", {"shippingAddress": ADDRESS, "paymentMethod": {"token": "tok_declined"}}).ok()
    customer.delete("/cart/items/contract").ok()
    customer.delete("/cart").ok()
    return order


def _send_and_give_back(admin: Visitor, order: str) -> None:
    admin.put(f"/orders/{order}/fulfil", {"carrier": "Royal Mail", "trackingNumber": "RM1"}).ok()
    admin.post(f"/orders/{order}/refunds", {"reason": "broken in transit"}).ok()
    admin.get(f"/orders/{order}/payments").ok()


def _hear(visitor: Visitor, cloud: LocalCloud) -> None:
    raw = '{"id":"evt_contract","type":"none","paymentId":"","reference":"","amountMinor":0,"currency":""}'
    signature = signatures.sign(raw.encode(), paying.webhook_key(cloud.endpoint_url), datetime.now(UTC))
    visitor.post("/webhooks/fake", raw, {"fake-signature": signature}).ok()


def _think_again(customer: Visitor) -> None:
    order = customer.order({"contract": 1}, "tok_async").ok()["orderId"]
    customer.put(f"/orders/{order}/cancel", None).ok()


def _look_around(customer: Visitor, admin: Visitor) -> None:
    customer.post("/auth/verify-email", {"token": customer.verification_link().removeprefix("/?verify=")}).ok()
    customer.post("/auth/verify-email/resend", {"email": customer.user["email"]}).ok()
    customer.get("/auth/me").ok()
    customer.get("/users/profile").ok()
    customer.put("/users/notifications", {"email": {"reminders": False}, "sms": {"orders": False}}).ok()
    customer.get("/users/notifications").ok()
    customer.put("/users/profile", {"firstName": "Ada", "lastName": "King"}).ok()
    admin.get("/users", email=customer.user["email"]).ok()
    admin.get(f"/users/{customer.user['userId']}").ok()
    admin.get("/ops/dead-letters").ok()
    admin.post("/ops/dead-letters/email-queue-dead-letters/redrive", None).ok()


def _measure(visitor: Visitor, admin: Visitor) -> None:
    visitor.post("/analytics/events", {"events": [{"type": "page_view", "sessionId": "session-1"}]}).ok()
    today = datetime.now(UTC).date()
    for report in ("sales", "top-products", "funnel"):
        admin.get(f"/analytics/{report}", **{"from": today, "to": today}).ok()


def _leave(customer: Visitor) -> None:
    token = customer.post("/auth/refresh", {"refreshToken": customer.refresh_token}).ok()["refreshToken"]
    customer.put("/users/password", {"currentPassword": PASSWORD, "newPassword": "a staple of new batteries"}).ok()
    customer.post("/auth/logout", {"refreshToken": token}).ok()
