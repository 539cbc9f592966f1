from __future__ import annotations

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from tradewind_tools.localcloud.applications import choose_by_port


@pytest.mark.parametrize(("port", "word"), [(8080, "door"), (4566, "cloud")])
def test_ports_lead_to_different_applications(port: int, word: str) -> None:
    app = choose_by_port(PlainTextResponse("door"), 8080, PlainTextResponse("cloud"))
    assert TestClient(app, base_url=f"http://localhost:{port}").get("/").text == word
