from __future__ import annotations

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from tradewind_tools.localcloud.applications import choose_by_port, run_after_startup


@pytest.mark.parametrize(("port", "word"), [(8080, "door"), (4566, "cloud")])
def test_ports_lead_to_different_applications(port: int, word: str) -> None:
    app = choose_by_port(PlainTextResponse("door"), 8080, PlainTextResponse("cloud"))
    assert TestClient(app, base_url=f"http://localhost:{port}").get("/").text == word


def test_something_begins_when_the_application_has_started() -> None:
    happened: list[str] = []

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        for step in ("startup", "shutdown"):
            await receive()
            happened.append(step)
            await send({"type": f"lifespan.{step}.complete"})

    with TestClient(run_after_startup(app, lambda: happened.append("begin"))):
        assert happened == ["startup", "begin"]
    assert happened == ["startup", "begin", "shutdown"]
