from __future__ import annotations

import os
from pathlib import Path

import pytest

from tradewind_tools.localcloud.errors import AlreadyRunning, NotRunning, StateUnreadable, StateUnwritable
from tradewind_tools.localcloud.state import StateFolder


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    return StateFolder(tmp_path / "state")


def test_nothing_runs_at_first(folder: StateFolder) -> None:
    with pytest.raises(NotRunning):
        folder.find_running()


def test_locked_folder_is_running_where_its_record_says(folder: StateFolder) -> None:
    with folder.hold_lock():
        folder.record(os.getpid(), 4566, 8080)
        assert folder.find_running().front_door_url == "http://localhost:8080"
        assert folder.find_running().endpoint_url == "http://127.0.0.1:4566"
    assert not folder.is_running()


def test_second_lock_is_refused_and_says_where_the_first_is(folder: StateFolder) -> None:
    with folder.hold_lock():
        folder.record(os.getpid(), 4566, 8080)
        with pytest.raises(AlreadyRunning, match="http://localhost:8080"), StateFolder(folder.path).hold_lock():
            pytest.fail("both hold the lock")


def test_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StateUnwritable, match="Name another folder"), StateFolder(tmp_path / "file").hold_lock():
        pytest.fail("it is locked")


def test_record_outlives_the_run_for_its_port(folder: StateFolder) -> None:
    with folder.hold_lock():
        folder.record(os.getpid(), 4566, 8080)
    assert folder.last_cloud_port() == 4566


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 1}'])
def test_damaged_record_is_no_record(folder: StateFolder, content: str) -> None:
    folder.path.mkdir()
    (folder.path / "server.json").write_text(content)
    assert folder.last_cloud_port() is None
    with folder.hold_lock(), pytest.raises(StateUnreadable, match="lsof"):
        folder.find_running()


def test_password_is_made_once_and_is_private(folder: StateFolder) -> None:
    folder.path.mkdir()
    login = folder.admin_login()
    again = folder.admin_login()
    assert (login.is_new, again.is_new) == (True, False)
    assert (again.email, again.password) == (login.email, login.password)
    assert len(login.password) >= 12
    assert (folder.path / "admin.json").stat().st_mode & 0o777 == 0o600


def test_damaged_login_is_made_anew(folder: StateFolder) -> None:
    folder.path.mkdir()
    (folder.path / "admin.json").write_text("{")
    assert folder.admin_login().is_new


def test_clear_forgets_all_but_the_lock(folder: StateFolder) -> None:
    with folder.hold_lock():
        folder.admin_login()
        (folder.path / "services").mkdir()
        (folder.path / "services" / "dynamodb.json").touch()
        folder.clear()
        assert [entry.name for entry in folder.path.iterdir()] == ["lock"]
        assert folder.is_running()


def permissions(folder: Path) -> set[int]:
    """What others than its owner may do with the folder and what is in it."""
    return {entry.stat().st_mode & 0o077 for entry in (folder, *folder.rglob("*"))}


def test_new_folder_is_closed_to_others(folder: StateFolder) -> None:
    with folder.hold_lock(), folder.hold_deployment_lock():
        assert permissions(folder.path) == {0}


def test_folder_that_was_open_to_others_is_closed_to_them(folder: StateFolder) -> None:
    (folder.path / "services").mkdir(0o755, parents=True)
    for name in ("lock", "state.zip", "services/dynamodb.json"):
        (folder.path / name).touch(0o644)
    (folder.path / "link").symlink_to(folder.path.parent)
    folder.path.parent.chmod(0o755)
    with folder.hold_lock():
        (folder.path / "link").unlink()
        assert permissions(folder.path) == {0}
        assert (folder.path / "state.zip").stat().st_mode & 0o777 == 0o600
        assert folder.path.parent.stat().st_mode & 0o777 == 0o755


def test_folder_with_other_things_keeps_its_permissions(folder: StateFolder) -> None:
    folder.path.mkdir(0o755)
    (folder.path / "thesis.txt").touch(0o644)
    folder.path.chmod(0o755)
    with folder.hold_lock():
        assert folder.path.stat().st_mode & 0o777 == 0o755
        assert (folder.path / "thesis.txt").stat().st_mode & 0o777 == 0o644
        assert (folder.path / "lock").stat().st_mode & 0o777 == 0o600


def test_folder_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TRADEWIND_STATE", str(tmp_path))
    assert StateFolder.of_project().path == tmp_path
    monkeypatch.delenv("TRADEWIND_STATE")
    assert StateFolder.of_project().path.name == ".tradewind"
