from __future__ import annotations

import os
from pathlib import Path

import pytest

from tradewind_tools.reload.source_tree import SourceVersion, list_changes, read_stamps


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "catalog").mkdir()
    for name in ("shop.py", "catalog/handlers.py"):
        save(tmp_path / name, "one")
    return tmp_path


def save(path: Path, text: str) -> None:
    """Write as an editor does, at a time of its own: two saves may fall into one tick of the clock."""
    moment = path.stat().st_mtime_ns + 1_000_000 if path.exists() else 1_000_000_000
    path.write_text(text)
    os.utime(path, ns=(moment, moment))


def test_saved_new_and_removed_files_are_changes(tree: Path) -> None:
    before = read_stamps([tree])
    save(tree / "shop.py", "two")
    save(tree / "new.py", "one")
    (tree / "catalog" / "handlers.py").unlink()
    changed = list_changes(before, read_stamps([tree]))
    assert [path.relative_to(tree).as_posix() for path in changed] == ["catalog/handlers.py", "new.py", "shop.py"]


def test_file_that_was_saved_without_a_change_of_its_size_is_a_change(tree: Path) -> None:
    before = read_stamps([tree])
    save(tree / "shop.py", "two")
    assert list_changes(before, read_stamps([tree])) == [tree / "shop.py"]


@pytest.mark.parametrize("name", [".shop.py.swp", "shop.py~", "__pycache__/shop.cpython-311.pyc"])
def test_what_editors_and_interpreters_leave_is_no_change(tree: Path, name: str) -> None:
    before = read_stamps([tree])
    (tree / name).parent.mkdir(exist_ok=True)
    (tree / name).write_text("left")
    assert list_changes(before, read_stamps([tree])) == []


def test_version_grows_with_each_change_that_is_seen(tree: Path) -> None:
    version = SourceVersion(tree, look_seconds=0)
    first = version.current()
    assert version.current() == first
    save(tree / "shop.py", "two")
    second = version.current()
    assert second > first
    save(tree / "shop.py", "one")
    assert version.current() > second


def test_version_is_not_looked_up_again_at_once(tree: Path) -> None:
    version = SourceVersion(tree, look_seconds=3600)
    first = version.current()
    save(tree / "shop.py", "two")
    assert version.current() == first
