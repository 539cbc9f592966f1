"""Every command is one of the table, and found by somebody who asks for it or mistypes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tradewind_tools import cli, commands
from tradewind_tools.applications import load_application
from tradewind_tools.blueprint.errors import BlueprintError


class Typed:
    """What `./dev` answered to some words."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *words: str) -> None:
        self.code: object = 0
        try:
            cli.main(words)
        except SystemExit as end:
            self.code = end.code
        self.said, self.complained = capsys.readouterr()


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")


@pytest.mark.parametrize("words", [(), ("--help",), ("-h",)], ids=" ".join)
def test_overview_names_every_command(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    lines = Typed(capsys, *words).said.splitlines()
    assert {line.split()[0] for line in lines if line.startswith("  ")} == set(commands.COMMANDS)


def test_overview_fits_a_narrow_terminal() -> None:
    assert max(map(len, commands.overview().splitlines())) <= 80


def test_version_is_that_of_the_project(capsys: pytest.CaptureFixture[str]) -> None:
    assert Typed(capsys, "--version").said == f"Tradewind {commands.version()}\n"


@pytest.mark.parametrize("command", sorted(commands.COMMANDS))
def test_command_tells_what_it_does(capsys: pytest.CaptureFixture[str], command: str) -> None:
    typed = Typed(capsys, command, "--help")
    assert typed.code == 0
    assert f"Usage: ./dev {command} " in typed.said


@pytest.mark.parametrize(
    ("word", "complaint"),
    [
        ("exprot", "There is no command 'exprot'. Did you mean 'export'? See ./dev --help"),
        ("zzz", "There is no command 'zzz'. See ./dev --help"),
        ("--port", "There is no option '--port'. See ./dev --help"),
        ("--verison", "There is no option '--verison'. Did you mean '--version'? See ./dev --help"),
    ],
)
def test_unknown_command_is_one_line(capsys: pytest.CaptureFixture[str], word: str, complaint: str) -> None:
    typed = Typed(capsys, word, "openapi")
    assert (typed.code, typed.said, typed.complained) == (2, "", f"dev: {complaint}\n")


def test_other_commands_are_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(commands.COMMANDS, "up", commands.Command("up", "", "no_such_module:up"))
    load_application("down")
    with pytest.raises(ModuleNotFoundError):
        load_application("up")


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
