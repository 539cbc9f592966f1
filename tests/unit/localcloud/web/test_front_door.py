from __future__ import annotations

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from tradewind_tools.localcloud.web.front_door import front_door
from tradewind_tools.localcloud.web.responses import DefaultHeaders

DEPLOYED = "5403a6e0"


async def cloud(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers what it was asked."""
    request = Request(scope)
    seen = {"path": scope["path"], "raw_path": scope["raw_path"].decode(), "host": request.headers.getlist("host")}
    await JSONResponse({**seen, **{name: request.headers.get(name) for name in ("accept", "x-forwarded-for")}})(
        scope, receive, send
    )


def visit(app: ASGIApp = cloud, api_id: str | None = DEPLOYED) -> TestClient:
    return TestClient(front_door(app, "http://127.0.0.1:4566", lambda: api_id), base_url="http://localhost:8080")


@pytest.mark.parametrize("path", ["/", "/mail", "/mail/"])
def test_page_is_html(path: str) -> None:
    answer = visit().get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<!doctype html>" in answer.text


def test_health_is_reported() -> None:
    assert visit().get("/healthz").json() == {"status": "ok"}


@pytest.mark.parametrize("path", ["/secretsmanager/get", "/mailbox", "/pages/", "/pages/nothing.js", "/v2/products"])
def test_path_without_a_route_is_not_found(path: str) -> None:
    answer = visit().get(path)
    assert answer.status_code == 404
    assert answer.json() == {
        "error": "NotFound",
        "message": f"There is nothing at {path}.",
        "details": [],
        "requestId": answer.headers["x-request-id"],
    }


@pytest.mark.parametrize("path", ["/", "/mail", "/mail/messages.json", "/pages/style.css", "/healthz"])
def test_pages_are_read_only(path: str) -> None:
    answer = visit().delete(path)
    assert (answer.status_code, answer.json()["error"]) == (405, "MethodNotAllowed")


@pytest.mark.parametrize("path", ["/", "/mail", "/pages/style.css", "/healthz", "/nowhere", "/v1/products"])
def test_every_answer_has_the_security_headers(path: str) -> None:
    headers = visit().get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "default-src 'self'" in headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/mail", "/pages/style.css"])
def test_page_is_served_under_the_strict_policy_and_asked_for_again(path: str) -> None:
    headers = visit().get(path).headers
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["cache-control"] == "no-cache"
    assert (
        visit()
        .get("/pages/style.css", headers={"if-none-match": visit().get("/pages/style.css").headers["etag"]})
        .status_code
        == 304
    )


def test_header_of_the_application_wins_and_the_server_is_not_named() -> None:
    async def strict(scope: Scope, receive: Receive, send: Send) -> None:
        await Response(headers={"X-Frame-Options": "SAMEORIGIN", "server": "secret"})(scope, receive, send)

    headers = TestClient(DefaultHeaders(strict, {"x-frame-options": "DENY"})).get("/").headers
    assert headers.get_list("x-frame-options") == ["SAMEORIGIN"]
    assert "server" not in headers


def test_header_names_in_capitals_count_as_set() -> None:
    async def loud(_scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"X-Frame-Options", b"SAMEORIGIN"), (b"Server", b"secret")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body"})

    headers = TestClient(DefaultHeaders(loud, {"x-frame-options": "DENY"})).get("/").headers
    assert headers.get_list("x-frame-options") == ["SAMEORIGIN"]
    assert "server" not in headers


def test_api_is_addressed_by_its_id_and_a_host_of_ours() -> None:
    seen = visit().get("/v1/products/a%20b", headers={"accept": "text/plain"}).json()
    assert seen["path"] == f"/_aws/execute-api/{DEPLOYED}/v1/products/a%20b"
    assert seen["raw_path"] == f"/_aws/execute-api/{DEPLOYED}/v1/products/a%20b"
    assert (seen["host"], seen["accept"]) == (["localhost"], "text/plain")


def test_client_cannot_say_which_address_it_calls_from() -> None:
    seen = visit().get("/v1/products", headers={"x-forwarded-for": "198.51.100.1"}).json()
    assert seen["x-forwarded-for"] is None


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_stage_itself_is_asked_of_the_api(method: str) -> None:
    assert visit().request(method, "/v1", follow_redirects=False).json()["path"] == f"/_aws/execute-api/{DEPLOYED}/v1"


@pytest.mark.parametrize("path", ["/", "/mail/messages.json", "/pages/cloud.json", "/healthz", "/v1/products"])
@pytest.mark.parametrize("host", ["evil.example:8080", "bucket.s3.localhost:8080"])
def test_host_that_is_not_this_machines_learns_nothing(path: str, host: str) -> None:
    answer = visit().get(path, headers={"host": host})
    assert (answer.status_code, answer.json()["error"]) == (403, "HostNotAllowed")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_api_that_is_not_deployed_says_so() -> None:
    answer = visit(api_id=None).get("/v1/products")
    assert (answer.status_code, answer.json()["error"]) == (503, "NotDeployed")
