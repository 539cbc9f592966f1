from __future__ import annotations

import asyncio
import json

import pytest

from tradewind_tools.localcloud.front_door import ApiStage, FrontDoor, Mount, after_startup, by_port, healthz
from tradewind_tools.ministack.asgi import ASGIApp, Message, Receive, Response, Scope, Send, exchange, get


def answering(word: str) -> ASGIApp:
    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        seen = json.dumps([word, scope["path"], scope["raw_path"].decode()]).encode()
        await Response(200, ((b"content-type", b"application/json"), (b"server", b"secret")), seen).send_to(send)

    return app


def scope_of(path: str, *, port: int = 80) -> Scope:
    return {**get(path), "raw_path": path.encode(), "server": ("127.0.0.1", port)}


def ask(app: ASGIApp, scope: Scope) -> Response:
    return asyncio.run(exchange(app, scope))


@pytest.mark.parametrize(
    ("path", "word"),
    [("/", "root"), ("/mail", "mail"), ("/mail/1", "mail"), ("/mailbox", "root"), ("/v1/products", "api")],
)
def test_longest_matching_prefix_answers(path: str, word: str) -> None:
    door = FrontDoor([Mount("/", answering("root")), Mount("/mail", answering("mail")), Mount("/v1", answering("api"))])
    assert json.loads(ask(door, scope_of(path)).body)[0] == word


def test_path_without_a_mount_is_not_found() -> None:
    answer = ask(FrontDoor([Mount("/healthz", healthz)]), scope_of("/secretsmanager/get"))
    assert answer.status == 404
    request_id = dict(answer.headers)[b"x-request-id"].decode()
    assert json.loads(answer.body) == {
        "error": "NotFound",
        "message": "There is nothing at /secretsmanager/get.",
        "details": [],
        "requestId": request_id,
    }


def test_security_headers_are_added_and_the_server_is_not_named() -> None:
    headers = dict(ask(FrontDoor([Mount("/", answering("root"))]), scope_of("/")).headers)
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"x-frame-options"] == b"DENY"
    assert b"default-src 'self'" in headers[b"content-security-policy"]
    assert b"server" not in headers


def test_header_of_the_application_wins() -> None:
    async def strict(_scope: Scope, _receive: Receive, send: Send) -> None:
        await Response(200, ((b"X-Frame-Options", b"SAMEORIGIN"),), b"").send_to(send)

    headers = ask(FrontDoor([Mount("/", strict)]), scope_of("/")).headers
    assert [value for name, value in headers if name.lower() == b"x-frame-options"] == [b"SAMEORIGIN"]


def test_api_is_addressed_by_its_id_and_a_host_of_ours() -> None:
    seen: list[Scope] = []

    async def cloud(scope: Scope, _receive: Receive, send: Send) -> None:
        seen.append(scope)
        await Response(200, (), b"").send_to(send)

    asked = {**scope_of("/v1/products/a%20b"), "headers": [(b"host", b"bucket.s3.localhost"), (b"accept", b"*/*")]}
    ask(ApiStage(cloud, lambda: "5403a6e0"), asked)
    assert seen[0]["path"] == "/_aws/execute-api/5403a6e0/v1/products/a%20b"
    assert seen[0]["raw_path"] == b"/_aws/execute-api/5403a6e0/v1/products/a%20b"
    assert (b"host", b"localhost") in seen[0]["headers"]
    assert (b"host", b"bucket.s3.localhost") not in seen[0]["headers"]
    assert (b"accept", b"*/*") in seen[0]["headers"]


def test_api_that_is_not_deployed_says_so() -> None:
    answer = ask(ApiStage(answering("cloud"), lambda: None), scope_of("/v1/products"))
    assert (answer.status, json.loads(answer.body)["error"]) == (503, "NotDeployed")


@pytest.mark.parametrize(("port", "word"), [(8080, "door"), (4566, "cloud")])
def test_ports_lead_to_different_applications(port: int, word: str) -> None:
    app = by_port(answering("door"), 8080, answering("cloud"))
    assert json.loads(ask(app, scope_of("/", port=port)).body)[0] == word


def test_something_begins_when_the_application_has_started() -> None:
    told: list[str] = []

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})

    async def receive() -> Message:
        return {"type": "lifespan.startup"}

    async def send(message: Message) -> None:
        told.append(message["type"])

    asyncio.run(after_startup(app, lambda: told.append("begin"))({"type": "lifespan"}, receive, send))  # type: ignore[arg-type]
    assert told == ["lifespan.startup.complete", "begin", "lifespan.shutdown.complete"]
