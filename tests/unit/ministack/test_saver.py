from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.responses import Response
from starlette.testclient import TestClient

from tradewind_tools.ministack import saver
from tradewind_tools.ministack.saver import Changes, Saver
from tradewind_tools.ministack.snapshots import Snapshots

cloud = Response()


def changed_by(method: str, target: str) -> bool:
    changes = Changes(cloud)
    TestClient(changes).request(method, "/", headers={"x-amz-target": target} if target else {})
    return changes.pending


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("POST", "DynamoDB_20120810.PutItem"),
        ("POST", "DynamoDB_20120810.TransactWriteItems"),
        ("POST", "AmazonSQS.SendMessage"),
        ("PUT", ""),
        ("POST", ""),
        ("DELETE", ""),
    ],
)
def test_writing_is_a_change(method: str, target: str) -> None:
    assert changed_by(method, target)


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", ""),
        ("HEAD", ""),
        ("POST", "DynamoDB_20120810.GetItem"),
        ("POST", "DynamoDB_20120810.BatchGetItem"),
        ("POST", "DynamoDB_20120810.Query"),
        ("POST", "secretsmanager.GetSecretValue"),
    ],
)
def test_reading_is_not(method: str, target: str) -> None:
    assert not changed_by(method, target)


def test_saving_waits_for_a_change(tmp_path: Path) -> None:
    took = asyncio.run(Saver(Snapshots(tmp_path), Changes(cloud)).save())
    assert took == 0
    assert not (tmp_path / "state.zip").exists()


def state() -> Iterator[tuple[str, bytes]]:
    yield "dynamodb.json", b"{}"


def broken_state() -> Iterator[tuple[str, bytes]]:
    yield "dynamodb.json", b"{"
    raise RuntimeError("dictionary changed size during iteration")


def save_once(folder: Path) -> Changes:
    changes = Changes(cloud)
    changes.pending = True
    asyncio.run(Saver(Snapshots(folder), changes).save())
    return changes


def test_saved_change_is_no_longer_pending(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saver, "_state", state)
    assert not save_once(tmp_path).pending
    assert (tmp_path / "state.zip").exists()


def test_failed_saving_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(saver, "_state", broken_state)
    assert save_once(tmp_path).pending
    assert not (tmp_path / "state.zip").exists()
    assert not capfd.readouterr().out


def test_child_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hanging_state() -> Iterator[tuple[str, bytes]]:
        import time  # noqa: PLC0415

        time.sleep(30)
        yield "never.json", b""

    monkeypatch.setattr(saver, "_state", hanging_state)
    monkeypatch.setattr(saver, "TIMEOUT_SECONDS", 0.1)
    assert save_once(tmp_path).pending
