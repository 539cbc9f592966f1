from __future__ import annotations

from pathlib import Path

import pytest
from tests.fakes import START, call, make_shop, public_event
from tests.interpreter import fresh

import tradewind
from tradewind.kernel.clock import iso
from tradewind.service import handlers
from tradewind.settings import Settings

DOCUMENT = '{"openapi":"3.1.0"}'


@pytest.fixture
def document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "openapi.json"
    monkeypatch.setattr(handlers, "OPENAPI_PATH", str(path))
    return path


def test_anybody_may_ask_for_the_status() -> None:
    status, body = call(handlers.get_status, public_event(), make_shop(settings=Settings(stage="prod")))
    assert status == 200
    assert body == {
        "status": "ok",
        "service": "tradewind",
        "version": tradewind.__version__,
        "stage": "prod",
        "currency": "USD",
        "time": iso(START).replace("678Z", "678000Z"),
    }


def test_the_exported_document_is_served_as_it_is(document: Path) -> None:
    document.write_text(DOCUMENT)
    answer = handlers.get_openapi(public_event(), None, make_shop())
    assert (answer["statusCode"], answer["body"]) == (200, DOCUMENT)
    assert answer["headers"]["content-type"] == "application/json"
    assert answer["headers"]["cache-control"] == "public, max-age=300"


def test_the_document_is_read_once(document: Path) -> None:
    document.write_text(DOCUMENT)
    call(handlers.get_openapi, public_event(), make_shop())
    document.unlink()
    assert call(handlers.get_openapi, public_event(), make_shop()) == (200, {"openapi": "3.1.0"})


def test_a_missing_document_is_said_plainly_and_not_remembered(document: Path) -> None:
    status, body = call(handlers.get_openapi, public_event(), make_shop())
    assert (status, body["error"]) == (503, "DocumentMissing")
    document.write_text(DOCUMENT)
    assert call(handlers.get_openapi, public_event(), make_shop())[0] == 200


def test_the_document_lies_beside_the_handlers() -> None:
    assert Path(handlers.OPENAPI_PATH) == Path(handlers.__file__).with_name("openapi.json")


def test_status_makes_no_client_of_the_table() -> None:
    program = """
import os
os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"] = "on-demand"
from tests.fakes import public_event
from tradewind.service.handlers import get_status
from tradewind.shop import production
answer = get_status(public_event(), None)
print(answer["statusCode"], sorted(vars(production()).keys() & {"table"}))
"""
    assert fresh(program).splitlines()[-1] == "200 []"
