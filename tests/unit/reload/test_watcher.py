from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from tradewind_tools.places import SOURCE
from tradewind_tools.reload.notes import follow_notes, write_note
from tradewind_tools.reload.watcher import last_error, watch


class Deployment:
    """Counts how often it is asked for, and answers with some lines."""

    def __init__(self, *lines: str) -> None:
        self.lines = lines
        self.asked = asyncio.Event()
        self.count = 0

    async def __call__(self) -> Sequence[str]:
        self.count += 1
        self.asked.set()
        return self.lines


def after_saving(folder: Path, deployment: Deployment, *names: str) -> None:
    async def run() -> None:
        watching = asyncio.create_task(watch(deployment, [folder], look_seconds=0.01))
        await asyncio.sleep(0.05)
        assert deployment.count == 0
        for name in names:
            (folder / name).write_text("saved")
        async with asyncio.timeout(30):
            await deployment.asked.wait()
        await asyncio.sleep(0.05)
        watching.cancel()

    asyncio.run(run())


def test_saved_file_is_noted_and_redeployed_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deployment = Deployment("deployed the template: 1 new (0.5 s)")
    after_saving(tmp_path, deployment, "shop.py")
    assert deployment.count == 1
    assert capsys.readouterr().out.splitlines() == [
        f"reload: saved {tmp_path / 'shop.py'}",
        "reload: deployed the template: 1 new (0.5 s)",
    ]


def test_error_is_told_with_its_place() -> None:
    output = f"""Traceback (most recent call last):
  File "/usr/lib/python3.11/runpy.py", line 1, in <module>
  File "{SOURCE}/tradewind/catalog/handlers.py", line 193
    def (
        ^
SyntaxError: invalid syntax
"""
    assert last_error(output) == "tradewind/catalog/handlers.py:193: SyntaxError: invalid syntax"


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("No handler tradewind.cart.handlers.nobody\n", "No handler tradewind.cart.handlers.nobody"),
        ("", "the process ended without a word"),
    ],
)
def test_error_without_a_trace_is_its_last_line(output: str, told: str) -> None:
    assert last_error(output) == told


def test_notes_are_heard_as_they_come_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "server.log"
    log.write_text("reload: before\n")
    write_note("saved shop.py")
    turns = iter([f"a warning\n{capsys.readouterr().out}", "", "reload: deployed\n"])

    def wait() -> bool:
        with log.open("a") as file:
            file.write(said := next(turns, "the end"))
        return said == "the end"

    assert [note[len("00:00:00 ") :] for note in follow_notes(log, wait)] == ["saved shop.py", "deployed"]
