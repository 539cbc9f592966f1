"""What is the same for every operation: the document, CORS, headers, the one shape of errors, the ids to search by."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from tests.e2e.browserless import Answer, Visitor, until
from tests.e2e.function_logs import written

import tradewind
from tradewind.edge.http import MAX_BODY_BYTES, SECURITY_HEADERS
from tradewind_tools.exports import openapi
from tradewind_tools.localcloud.cloud import LocalCloud

LAMP = {"name": "Lamp", "price": 19.99, "category": "lamps"}
LOGIN = {"email": "ada@example.com", "password": "a guess"}
TOO_DEEP = '{"email": ' + "[" * 100_000 + "]" * 100_000 + "}"


class TestTheServiceItself:
    def test_status_tells_the_version_and_the_time(self, visitor: Visitor) -> None:
        status = visitor.get("/status").ok()
        assert (status["status"], status["service"], status["version"]) == ("ok", "tradewind", tradewind.__version__)
        assert abs(datetime.fromisoformat(status["time"]) - datetime.now(UTC)) < timedelta(minutes=1)

    def test_document_is_the_exported_one_and_valid(self, visitor: Visitor) -> None:
        answer = visitor.get("/openapi.json")
        assert answer.ok() == json.loads(json.dumps(openapi.document()))
        assert answer.headers["cache-control"] == "public, max-age=300"
        OpenAPIV31SpecValidator(answer.body).validate()


class TestOtherOrigins:
    @pytest.mark.parametrize(
        ("path", "methods"),
        [
            ("/products", {"GET", "POST", "OPTIONS"}),
            ("/products/tide-mug", {"GET", "PUT", "DELETE", "OPTIONS"}),
            ("/cart/items/tide-mug", {"PUT", "DELETE", "OPTIONS"}),
            ("/checkout", {"POST", "OPTIONS"}),
        ],
    )
    def test_preflight_is_answered_without_signing_in(self, visitor: Visitor, path: str, methods: set[str]) -> None:
        asked = {"origin": "https://shop.example", "access-control-request-method": "POST"}
        answer = visitor.ask("OPTIONS", path, headers=asked)
        assert answer.status == 200
        assert answer.headers["access-control-allow-origin"] == "*"
        assert set(answer.headers["access-control-allow-methods"].split(",")) == methods
        assert set(answer.headers["access-control-allow-headers"].split(",")) >= {
            "authorization",
            "content-type",
            "idempotency-key",
            "x-correlation-id",
        }

    def test_every_path_has_a_preflight(self, visitor: Visitor) -> None:
        paths = visitor.get("/openapi.json").ok()["paths"]
        assert [path for path in paths if visitor.ask("OPTIONS", path).status != 200] == []


Refusal = tuple[Callable[[Visitor, Visitor], Answer], int, str]
"""What a visitor or a customer asks, and the error that follows."""

REFUSALS: dict[str, Refusal] = {
    "a handler's own": (lambda visitor, _: visitor.get("/products/none"), 404, "ProductNotFound"),
    "a handler's validation": (lambda visitor, _: visitor.get("/products", limit=0), 422, "InvalidRequest"),
    "a role": (lambda _, customer: customer.post("/products", LAMP), 403, "PermissionRequired"),
    "no token": (lambda visitor, _: visitor.get("/cart"), 401, "SignInRequired"),
    "the authorizer's": (
        lambda visitor, _: visitor.ask("GET", "/cart", headers={"authorization": "Bearer a.b.c"}),
        401,
        "SignInRequired",
    ),
    "not valid": (lambda visitor, _: visitor.post("/auth/login", {"email": 1}), 422, "InvalidRequest"),
    "an unknown parameter": (lambda visitor, _: visitor.get("/products", colour="blue"), 422, "InvalidRequest"),
    "malformed JSON": (lambda visitor, _: visitor.ask("POST", "/auth/login", "{nonsense"), 422, "InvalidRequest"),
    "JSON nested too deep": (lambda visitor, _: visitor.ask("POST", "/auth/login", TOO_DEEP), 422, "InvalidRequest"),
    "JSON that is no object": (lambda visitor, _: visitor.post("/auth/login", []), 422, "InvalidRequest"),
    "no body": (lambda visitor, _: visitor.ask("POST", "/auth/login"), 422, "InvalidRequest"),
    "another type": (
        lambda visitor, _: visitor.ask("POST", "/auth/login", json.dumps(LOGIN), {"content-type": "text/plain"}),
        415,
        "NotJson",
    ),
    "too large": (
        lambda visitor, _: visitor.ask("POST", "/auth/login", json.dumps(LOGIN) + " " * MAX_BODY_BYTES),
        413,
        "BodyTooLarge",
    ),
    "an unknown path": (lambda visitor, _: visitor.get("/no/such/thing"), 404, "RouteNotFound"),
    "the stage itself": (lambda visitor, _: visitor.get(""), 404, "RouteNotFound"),
    "another method": (lambda visitor, _: visitor.ask("PATCH", "/products", LAMP), 404, "RouteNotFound"),
    "another method of a secured path": (lambda visitor, _: visitor.ask("POST", "/cart", {}), 404, "RouteNotFound"),
    "an unknown page": (lambda visitor, _: visitor.page("/no-such-page"), 404, "NotFound"),
}


class TestErrors:
    @pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
    def test_every_error_has_the_one_shape(self, visitor: Visitor, customer: Visitor, refusal: Refusal) -> None:
        ask, status, error = refusal
        answer = ask(visitor, customer)
        assert answer.error == (status, error)
        assert answer.headers["content-type"] == "application/json"
        assert list(answer.body) == ["error", "message", "details", "requestId"]
        assert answer.body["message"].endswith(".")
        assert answer.body["requestId"] == answer.headers["x-request-id"]
        assert bool(answer.body["details"]) == (status == 422)
        for detail in answer.body["details"]:
            assert set(detail) == {"field", "message"}
            assert "$context" not in detail["message"]

    def test_request_ids_are_never_the_same(self, visitor: Visitor) -> None:
        answers = [visitor.get(path) for path in ("/status", "/none", "/cart", "/products/none") for _ in range(3)]
        assert len({answer.headers["x-request-id"] for answer in answers}) == len(answers)


@pytest.mark.parametrize(
    ("path", "status"),
    [("/status", 200), ("/products/none", 404), ("/cart", 401), ("/users", 401), ("/none", 404)],
)
def test_every_answer_of_the_api_carries_the_headers(visitor: Visitor, path: str, status: int) -> None:
    answer = visitor.get(path)
    assert answer.status == status
    assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-expose-headers"] == "x-request-id,retry-after"
    assert "server" not in answer.headers


class TestCorrelation:
    def test_callers_own_id_is_found_from_the_request_to_the_mail(
        self, cloud: LocalCloud, admin: Visitor, customer: Visitor
    ) -> None:
        product = admin.add_product("followed", 1)
        body = {
            "items": [{"productId": product, "quantity": 1}],
            "shippingAddress": {"street": "1 Lane", "city": "London", "postalCode": "N1 9GU", "country": "GB"},
            "paymentMethod": {"token": "tok_approved"},
        }
        answer = customer.post("/orders", body, {"x-correlation-id": "followed-by-a-test"})
        customer.wait_until_settled(answer.ok()["orderId"])
        for function in ("order-create", "checkout-process-payment", "checkout-confirm-order", "email-sender"):
            assert until(partial(written, cloud, function, correlationId="followed-by-a-test"), bool)
        [line] = written(cloud, "order-create", correlationId="followed-by-a-test")
        assert line["requestId"] == answer.headers["x-request-id"]

    @pytest.mark.parametrize("unfit", ["two words", "a/b", "x" * 129, "ü", '"'])
    def test_what_is_no_id_is_not_followed(self, cloud: LocalCloud, visitor: Visitor, unfit: str) -> None:
        answer = visitor.ask("GET", "/status", headers={"x-correlation-id": unfit})
        request_id = answer.headers["x-request-id"]
        [line] = until(lambda: written(cloud, "status", requestId=request_id), bool)
        assert line["correlationId"] == request_id
