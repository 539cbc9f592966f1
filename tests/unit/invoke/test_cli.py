from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from tradewind_tools import cli
from tradewind_tools.exports.sample_events import sample_event
from tradewind_tools.invoke.functions import find_function


@pytest.fixture(autouse=True)
def _no_cloud_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TRADEWIND_STATE", str(tmp_path / "state"))


def dev(*words: str) -> object:
    try:
        cli.main(["invoke", *words])
    except SystemExit as end:
        return end.code
    return 0


def test_sample_event_is_taken_where_none_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    assert dev("product-get") == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["productId"] == "tide-mug"
    assert "product-get (GET /products/{productId}) in a shop in memory" in said.err


def test_event_is_read_from_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    event = {**sample_event(find_function("product-get")), "pathParameters": {"productId": "nothing"}}
    (tmp_path / "event.json").write_text(json.dumps(event))
    assert dev("product-get", str(tmp_path / "event.json")) == 0
    assert json.loads(capsys.readouterr().out)["error"] == "ProductNotFound"


def test_event_is_read_from_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(sample_event(find_function("status")))))
    assert dev("status", "-") == 0
    assert json.loads(capsys.readouterr().out)["status"] == "ok"


def test_failed_invocation_is_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert dev("checkout-refund-payment") == 1
    assert "It raised " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("order-gte",), "There is no function 'order-gte'. Did you mean 'order-get'? ./dev routes names them all"),
        (("zzz",), "There is no function 'zzz'. ./dev routes names them all"),
    ],
)
def test_unknown_function_is_one_line(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], complaint: str
) -> None:
    assert dev(*words) == 1
    assert capsys.readouterr().err == f"dev: {complaint}\n"


@pytest.mark.parametrize("content", [None, "{", "[1]", '"text"'], ids=["missing", "torn", "list", "text"])
def test_file_that_is_no_event_is_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "event.json"
    if content is not None:
        path.write_text(content)
    assert dev("order-get", str(path)) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"dev: {path} is not an event: ")
    assert line.endswith("tests/events has one for every function")
