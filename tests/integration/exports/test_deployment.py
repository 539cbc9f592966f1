"""The very template that AWS gets, deployed into a local cloud, and asked through the front door."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from httpx2 import Response

from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.table import TABLE
from tradewind_tools.exports.cloudformation import template as cloudformation
from tradewind_tools.exports.cloudformation.names import LOCAL, StageNames
from tradewind_tools.http_client import call
from tradewind_tools.localcloud import package
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.deploy import BUCKET, StackChange
from tradewind_tools.localcloud.sdk import local_session


@pytest.fixture(scope="module")
def shop() -> Iterator[LocalCloud]:
    with LocalCloud() as cloud:
        assert cloud.deploy() is StackChange.CREATED
        yield cloud


def code_of(built: package.CodePackage) -> cloudformation.Code:
    return cloudformation.Code(BUCKET, built.key)


def ask(shop: LocalCloud, method: str, path: str, body: object = None, **headers: str) -> Response:
    return call(method, f"{shop.front_door_url}/v1{path}", body, headers=headers)


def test_table_expires_its_items_and_can_be_restored(shop: LocalCloud) -> None:
    dynamodb = local_session().client("dynamodb", endpoint_url=shop.endpoint_url)
    table = {"TableName": StageNames(LOCAL).shop}
    expiry = dynamodb.describe_time_to_live(**table)["TimeToLiveDescription"]
    backups = dynamodb.describe_continuous_backups(**table)["ContinuousBackupsDescription"]
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": TABLE.ttl_attribute}
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_new_operation_is_deployed_into_a_running_shop() -> None:
    """The API's deployment is replaced, what the shop knows stays."""
    built = package.build()
    before = cloudformation.template("local", code_of(built), [each for each in FUNCTIONS if each.name != "auth-me"])
    with LocalCloud() as cloud:
        assert cloud.deploy(before, built) is StackChange.CREATED
        account = {"email": "ada@example.com", "password": "correct horse battery"}
        assert ask(cloud, "POST", "/auth/register", account | {"firstName": "Ada", "lastName": "L"}).status_code == 201
        assert ask(cloud, "GET", "/auth/me").json()["error"] == "RouteNotFound"
        assert cloud.deploy(cloudformation.template("local", code_of(built)), built) is StackChange.UPDATED
        token = ask(cloud, "POST", "/auth/login", account).json()["token"]
        assert ask(cloud, "GET", "/auth/me", Authorization=f"Bearer {token}").status_code == 200


def test_deploying_the_same_template_changes_nothing(shop: LocalCloud) -> None:
    assert shop.deploy() is StackChange.UNCHANGED


def test_function_responds(shop: LocalCloud) -> None:
    answer = ask(shop, "GET", "/status")
    assert (answer.status_code, answer.json()["status"], answer.json()["stage"]) == (200, "ok", "local")


def test_function_reads_the_table_and_a_secret(shop: LocalCloud) -> None:
    assert ask(shop, "GET", "/products?limit=1").json() == {"items": [], "nextCursor": None}


def test_openapi_document_is_served(shop: LocalCloud) -> None:
    assert ask(shop, "GET", "/openapi.json").json()["openapi"] == "3.1.0"


def test_token_is_accepted_by_operations_that_are_not_public(shop: LocalCloud) -> None:
    account = {"email": "ada@example.com", "password": "correct horse battery"}
    assert ask(shop, "POST", "/auth/register", account | {"firstName": "Ada", "lastName": "L"}).status_code == 201
    token = ask(shop, "POST", "/auth/login", account).json()["token"]
    assert ask(shop, "GET", "/auth/me", Authorization=f"Bearer {token}").json()["email"] == "ada@example.com"
    assert ask(shop, "GET", "/users?email=ada@example.com", Authorization=f"Bearer {token}").status_code == 403


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
def test_gateway_responses_have_the_shape_of_our_errors(
    shop: LocalCloud, method: str, path: str, headers: dict[str, str], status: int, error: str
) -> None:
    answer = ask(shop, method, path, **headers)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert list(answer.json()) == ["error", "message", "details", "requestId"]
    assert answer.headers["X-Request-Id"] == answer.json()["requestId"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_preflight_request_is_answered(shop: LocalCloud) -> None:
    answer = ask(shop, "OPTIONS", "/cart", Origin="https://shop.example")
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Methods"] == "DELETE,GET,OPTIONS"
    assert "idempotency-key" in answer.headers["Access-Control-Allow-Headers"]


def test_invalid_body_is_refused_with_the_names_of_its_fields(shop: LocalCloud) -> None:
    answer = ask(shop, "POST", "/auth/register", {"email": "ada@example.com"})
    assert (answer.status_code, answer.json()["error"]) == (422, "InvalidRequest")
    assert answer.json()["details"]
