"""Every command is one of the table, and found by somebody who asks for it or mistypes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tradewind_tools import cli
from tradewind_tools.blueprint.errors import BlueprintError

COMMANDS = {"up", "down", "status", "logs", "test", "lint", "pay", "routes", *cli.LOADED_WHEN_ASKED_FOR}


class Typed:
    """What `./dev` answered to some words."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *words: str) -> None:
        with pytest.raises(SystemExit) as end:
            cli.main(words)
        self.code = end.value.code
        self.said, self.complained = capsys.readouterr()


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")


@pytest.mark.parametrize("words", [(), ("--help",), ("-h",)], ids=" ".join)
def test_help_names_every_command(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    lines = Typed(capsys, *words).said.splitlines()
    assert {line.split()[1] for line in lines if line.startswith("│ ")} >= COMMANDS


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_command_tells_what_it_does(capsys: pytest.CaptureFixture[str], command: str) -> None:
    told = Typed(capsys, command, "--help")
    assert told.code == 0
    assert f"Usage: ./dev {command} " in told.said


def test_mistyped_command_is_told_which_was_meant(capsys: pytest.CaptureFixture[str]) -> None:
    typed = Typed(capsys, "exprot")
    assert typed.code == 2
    assert "Did you mean 'export'?" in typed.complained


def test_refusal_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    typed = Typed(capsys, "test", "unti")
    assert (typed.code, typed.said) == (1, "")
    assert typed.complained.startswith("dev: There is no test suite 'unti': choose ")
    assert len(typed.complained.splitlines()) == 1


def test_fault_is_no_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("tradewind_tools.blueprint.routes.print_table", broken)
    with pytest.raises(ZeroDivisionError):
        cli.main(["routes"])


def test_refusal_of_any_part_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse() -> None:
        raise BlueprintError("not like that")

    monkeypatch.setattr("tradewind_tools.blueprint.routes.print_table", refuse)
    assert Typed(capsys, "routes").complained == "dev: not like that\n"


@pytest.mark.parametrize(
    "words",
    [
        ("export", "openapi", "--output"),
        ("simulate", "--crash-table"),
        ("audit", "dependencies", "--sbom"),
        ("import", "shopify", __file__, "--report"),
    ],
    ids=lambda words: words[0],
)
def test_file_without_a_folder_is_refused_before_the_work(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, words: tuple[str, ...]
) -> None:
    typed = Typed(capsys, *words, str(tmp_path / "no" / "file"))
    assert typed.code == 2
    assert "there is no folder" in typed.complained
