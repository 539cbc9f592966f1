from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tradewind_tools.ministack.errors import StateDamaged
from tradewind_tools.ministack.snapshots import Snapshots


@pytest.fixture
def snapshots(tmp_path: Path) -> Snapshots:
    return Snapshots(tmp_path)


def restored(folder: Path) -> dict[str, bytes]:
    Snapshots(folder).restore()
    return {file.name: file.read_bytes() for file in (folder / "services").iterdir()}


def test_what_was_written_is_restored(snapshots: Snapshots, tmp_path: Path) -> None:
    snapshots.write([("dynamodb.json", b"{}"), ("sqs.json", b"[]")])
    assert restored(tmp_path) == {"dynamodb.json": b"{}", "sqs.json": b"[]"}


def test_nothing_is_restored_from_nothing(tmp_path: Path) -> None:
    assert restored(tmp_path) == {}


def test_last_snapshot_counts(snapshots: Snapshots, tmp_path: Path) -> None:
    for number in range(3):
        snapshots.write([("dynamodb.json", str(number).encode())])
    assert restored(tmp_path) == {"dynamodb.json": b"2"}


def test_what_the_last_snapshot_lacks_does_not_linger(snapshots: Snapshots, tmp_path: Path) -> None:
    snapshots.write([("dynamodb.json", b"1"), ("sqs.json", b"1")])
    restored(tmp_path)
    snapshots.write([("dynamodb.json", b"2")])
    assert restored(tmp_path) == {"dynamodb.json": b"2"}


def test_files_that_are_not_of_a_snapshot_stay(snapshots: Snapshots, tmp_path: Path) -> None:
    snapshots.restore()
    (tmp_path / "services" / "blob").write_bytes(b"code")
    assert restored(tmp_path) == {"blob": b"code"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(kept=st.floats(0, 0.999))
def test_torn_snapshot_gives_way_to_the_one_before(tmp_path: Path, kept: float) -> None:
    snapshots = Snapshots(tmp_path)
    snapshots.write([("dynamodb.json", b"before" * 100)])
    snapshots.write([("dynamodb.json", b"after" * 100)])
    torn = tmp_path / "state.zip"
    torn.write_bytes(torn.read_bytes()[: int(torn.stat().st_size * kept)])
    assert restored(tmp_path) == {"dynamodb.json": b"before" * 100}


def test_crash_between_the_two_renames_leaves_the_one_before(snapshots: Snapshots, tmp_path: Path) -> None:
    snapshots.write([("dynamodb.json", b"1")])
    (tmp_path / "state.zip").rename(tmp_path / "state.previous.zip")
    assert restored(tmp_path) == {"dynamodb.json": b"1"}


def test_failure_while_writing_keeps_the_last_one(snapshots: Snapshots, tmp_path: Path) -> None:
    snapshots.write([("dynamodb.json", b"1")])
    with pytest.raises(TypeError):
        snapshots.write([("dynamodb.json", None)])  # type: ignore[list-item]
    assert restored(tmp_path) == {"dynamodb.json": b"1"}


def test_damage_to_both_snapshots_says_what_to_do(snapshots: Snapshots, tmp_path: Path) -> None:
    snapshots.write([("dynamodb.json", b"1")])
    (tmp_path / "state.zip").write_bytes(b"torn")
    with pytest.raises(StateDamaged, match="--fresh"):
        snapshots.restore()
