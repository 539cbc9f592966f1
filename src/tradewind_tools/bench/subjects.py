"""What is measured: a function of each kind, its reference, and the requests that both get."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from tradewind.kernel.caller import Role
from tradewind.kernel.clock import SystemClock, ulid
from tradewind_tools.memory.access import authorizer_context, signed_in

USER_PASSWORD: Final = "correct horse battery"  # noqa: S105 - of a customer who lives for one measurement
USER_EMAIL: Final = "ada@example.com"
PRODUCT: Final = "tide-mug"
PRODUCT_IN_CART: Final = "tide-plate"
"""Not the one that is ordered: an order takes what it orders out of the cart."""
_ADDRESS = {"name": "Ada", "street": "1 Lane", "city": "London", "postalCode": "N1 9GU", "country": "GB"}
_CLOCK = SystemClock()

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class BenchFunction:
    """A function of the shop by its `name`, and its reference, whose warm request may cost `budget` of the reference's.

    `request` makes a new event for the customer `user_id` each time, in API Gateway's form or a queue's.
    """

    label: str
    name: str
    reference: str
    request: Callable[[str], Event]
    budget: float | None = 0.4


def api_event(method: str, path: str, body: object = None, *, user_id: str = "", role: str = "customer") -> Event:
    """What API Gateway sends; `path` with its one parameter, if any, filled in."""
    parts = path.strip("/").split("/")
    parameters = {"productId": parts[1]} if parts[0] == "products" and len(parts) > 1 else None
    claims = authorizer_context(signed_in(user_id, Role(role)))
    return {
        "httpMethod": method,
        "path": path,
        "resource": path,
        "headers": {"Content-Type": "application/json", "Idempotency-Key": ulid(_CLOCK)},
        "multiValueHeaders": {},
        "pathParameters": parameters,
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
        "requestContext": {"requestId": ulid(_CLOCK), "stage": "local", "authorizer": claims if user_id else {}},
    }


def _read_product(_user_id: str) -> Event:
    return api_event("GET", f"/products/{PRODUCT}")


def _read_cart(user_id: str) -> Event:
    return api_event("GET", "/cart", user_id=user_id)


def _place_order(user_id: str) -> Event:
    body = {
        "items": [{"productId": PRODUCT, "quantity": 2}],
        "shippingAddress": _ADDRESS,
        "paymentMethod": {"token": "tok_approved"},
    }
    return api_event("POST", "/orders", body, user_id=user_id)


def _sign_in(_user_id: str) -> Event:
    return api_event("POST", "/auth/login", {"email": USER_EMAIL, "password": USER_PASSWORD})


def _consume(user_id: str) -> Event:
    envelope = {
        "eventId": ulid(_CLOCK),
        "type": "CartItemAdded",
        "version": 1,
        "occurredAt": datetime.now(UTC).isoformat(),
        "aggregateId": user_id,
        "sequence": 1,
        "correlationId": ulid(_CLOCK),
        "data": {"userId": user_id, "productId": PRODUCT, "quantity": 1},
    }
    record = {
        "messageId": ulid(_CLOCK),
        "receiptHandle": "receipt",
        "body": json.dumps({"detail": envelope}),
        "attributes": {},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:analytics-queue",
        "awsRegion": "us-east-1",
    }
    return {"Records": [record]}


BENCH_FUNCTIONS: Final = (
    BenchFunction("read a product", "product-get", "catalogue.handle", _read_product),
    BenchFunction("show the cart", "cart-get", "cart.handle", _read_cart),
    BenchFunction("place an order", "order-create", "ordering.handle", _place_order),
    BenchFunction("sign in", "auth-login", "sign_in.handle", _sign_in, budget=None),
    BenchFunction("record an event", "event-recorder", "recording.handle", _consume),
)
"""Signing in has no budget for its CPU: nearly all of it is the hash of the password, on both sides, and has to be."""
