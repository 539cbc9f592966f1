"""The very template that AWS gets, deployed into a local cloud, and asked through the front door."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import Message
from typing import Any, NamedTuple

import pytest

from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.exports.cloudformation import template as cloudformation
from tradewind_tools.localcloud import package
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.deploy import BUCKET, Change

TIMEOUT_SECONDS = 30


class Answer(NamedTuple):
    status: int
    headers: Message
    body: Any


@pytest.fixture(scope="module")
def shop() -> Iterator[LocalCloud]:
    with LocalCloud() as cloud:
        assert cloud.deploy() is Change.CREATED
        yield cloud


def code_of(built: package.Package) -> cloudformation.Code:
    return cloudformation.Code(BUCKET, built.key)


def ask(shop: LocalCloud, method: str, path: str, body: object = None, **headers: str) -> Answer:
    content = None if body is None else json.dumps(body).encode()
    url = f"{shop.front_door_url}/v1{path}"
    request = urllib.request.Request(  # noqa: S310 - our own front door
        url, content, {"Content-Type": "application/json", **headers}, method=method
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - our own front door
            return Answer(answer.status, answer.headers, json.loads(answer.read() or b"null"))
    except urllib.error.HTTPError as refusal:
        with refusal:
            return Answer(refusal.code, refusal.headers, json.loads(refusal.read()))


def test_a_new_operation_joins_a_running_shop() -> None:
    """The API's deployment is replaced, what the shop knows stays."""
    built = package.build()
    before = cloudformation.template("local", code_of(built), [each for each in FUNCTIONS if each.name != "auth-me"])
    with LocalCloud() as cloud:
        assert cloud.deploy(before, built) is Change.CREATED
        account = {"email": "ada@example.com", "password": "correct horse battery"}
        assert ask(cloud, "POST", "/auth/register", account | {"firstName": "Ada", "lastName": "L"}).status == 201
        assert ask(cloud, "GET", "/auth/me").body["error"] == "RouteNotFound"
        assert cloud.deploy(cloudformation.template("local", code_of(built)), built) is Change.UPDATED
        token = ask(cloud, "POST", "/auth/login", account).body["token"]
        assert ask(cloud, "GET", "/auth/me", Authorization=f"Bearer {token}").status == 200


def test_the_same_template_changes_nothing(shop: LocalCloud) -> None:
    assert shop.deploy() is Change.UNCHANGED


def test_a_function_answers(shop: LocalCloud) -> None:
    answer = ask(shop, "GET", "/status")
    assert (answer.status, answer.body["status"], answer.body["stage"]) == (200, "ok", "local")


def test_a_function_reads_the_table_and_a_secret(shop: LocalCloud) -> None:
    assert ask(shop, "GET", "/products?limit=1").body == {"items": [], "nextCursor": None}


def test_the_api_describes_itself(shop: LocalCloud) -> None:
    assert ask(shop, "GET", "/openapi.json").body["openapi"] == "3.1.0"


def test_a_token_opens_what_is_not_public(shop: LocalCloud) -> None:
    account = {"email": "ada@example.com", "password": "correct horse battery"}
    assert ask(shop, "POST", "/auth/register", account | {"firstName": "Ada", "lastName": "L"}).status == 201
    token = ask(shop, "POST", "/auth/login", account).body["token"]
    assert ask(shop, "GET", "/auth/me", Authorization=f"Bearer {token}").body["email"] == "ada@example.com"
    assert ask(shop, "GET", "/users?email=ada@example.com", Authorization=f"Bearer {token}").status == 403


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "error"),
    [
        ("GET", "/cart", {}, 401, "SignInRequired"),
        ("GET", "/cart", {"Authorization": "Bearer nonsense"}, 401, "SignInRequired"),
        ("GET", "/cart", {"Authorization": "Bearer a.b.c"}, 401, "SignInRequired"),
        ("GET", "/nowhere", {}, 404, "RouteNotFound"),
        ("PUT", "/cart", {}, 404, "RouteNotFound"),
    ],
)
def test_api_gateways_own_errors_have_our_one_shape(
    shop: LocalCloud, method: str, path: str, headers: dict[str, str], status: int, error: str
) -> None:
    answer = ask(shop, method, path, **headers)
    assert (answer.status, answer.body["error"]) == (status, error)
    assert list(answer.body) == ["error", "message", "details", "requestId"]
    assert answer.headers["X-Request-Id"] == answer.body["requestId"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_browser_may_ask_first(shop: LocalCloud) -> None:
    answer = ask(shop, "OPTIONS", "/cart", Origin="https://shop.example")
    assert answer.status == 200
    assert answer.headers["Access-Control-Allow-Methods"] == "DELETE,GET,OPTIONS"
    assert "idempotency-key" in answer.headers["Access-Control-Allow-Headers"]


def test_an_unsound_body_is_refused_by_name(shop: LocalCloud) -> None:
    answer = ask(shop, "POST", "/auth/register", {"email": "ada@example.com"})
    assert (answer.status, answer.body["error"]) == (422, "InvalidRequest")
    assert answer.body["details"]
