from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tradewind_tools import bootstrap, commands
from tradewind_tools.bootstrap import Environment, Progress
from tradewind_tools.errors import Refusal
from tradewind_tools.places import PROJECT

DEV = PROJECT / "dev"


class Installer:
    """Stands in for venv and pip: makes what they would, or fails in the middle."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.commands: list[str] = []
        self.fails = False

    def break_interpreter(self, script: str | None) -> None:
        """Put a program in its place, or nothing."""
        python = self.folder / "bin" / "python"
        python.unlink()
        if script is not None:
            python.write_text(script)
            python.chmod(0o700)

    def run(self, command: list[str], doing: str) -> None:
        self.commands.append(command[-1])
        if "venv" in command:
            (self.folder / "bin").mkdir(parents=True)
            (self.folder / "bin" / "python").symlink_to(sys.executable)
        elif self.fails:
            raise Refusal(f"{doing} failed")


@pytest.fixture
def installer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installer:
    requirements = tmp_path / "requirements"
    requirements.mkdir()
    for layer in ("tools", "test"):
        (requirements / f"{layer}.txt").write_text(layer)
    made = Installer(tmp_path / "py")
    monkeypatch.setattr(bootstrap, "REQUIREMENTS", requirements)
    monkeypatch.setattr(bootstrap, "_run", made.run)
    return made


def ensure(installer: Installer, layer: str = "tools") -> None:
    Environment(installer.folder, layer).ensure()


def test_environment_is_made_once(installer: Installer) -> None:
    ensure(installer)
    ensure(installer)
    assert len(installer.commands) == 2
    assert installer.commands[-1].endswith("requirements/tools.txt")


def test_interrupted_environment_is_made_again(installer: Installer) -> None:
    installer.fails = True
    with pytest.raises(Refusal, match=r"Installing requirements/tools\.txt failed"):
        ensure(installer)
    (installer.folder / "half-done").touch()
    installer.fails = False
    ensure(installer)
    assert not (installer.folder / "half-done").exists()
    assert Environment(installer.folder, "tools").is_complete()


def test_failed_installation_tells_where_packages_come_from(installer: Installer) -> None:
    installer.fails = True
    with pytest.raises(Refusal, match=r"failed\nThey come from PyPI"):
        ensure(installer)


def test_folder_that_cannot_be_written_is_one_clear_line(installer: Installer, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    installer.folder = tmp_path / "file" / "py"
    with pytest.raises(Refusal, match=r"cannot be made in .*file: (Not a directory|File exists)"):
        ensure(installer)


def test_tests_complete_the_environment_instead_of_making_it_anew(installer: Installer) -> None:
    ensure(installer)
    ensure(installer, "test")
    assert len(installer.commands) == 3
    assert installer.commands[-1].endswith("requirements/test.txt")


def test_environment_for_tests_serves_the_tools(installer: Installer) -> None:
    ensure(installer, "test")
    ensure(installer, "tools")
    assert len(installer.commands) == 2


def test_changed_requirements_are_installed(installer: Installer) -> None:
    ensure(installer)
    (bootstrap.REQUIREMENTS / "tools.txt").write_text("newer")
    ensure(installer)
    assert len(installer.commands) == 3


def test_interpreter_of_the_same_kind_shares_the_environment(
    installer: Installer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure(installer)
    monkeypatch.setattr(sys, "version", "another build of the same minor version")
    monkeypatch.setattr(sys, "executable", "/another/bin/python")
    ensure(installer)
    assert len(installer.commands) == 2


def test_environment_of_another_abi_is_made_again(installer: Installer) -> None:
    ensure(installer)
    installer.break_interpreter("#!/bin/sh\necho .cpython-39-of-another-machine.so\n")
    assert not Environment(installer.folder, "tools").is_complete()


@pytest.mark.parametrize("script", [None, "#!/bin/sh\nexit 1\n", "no program"], ids=["gone", "fails", "unreadable"])
def test_environment_whose_interpreter_does_not_work_is_made_again(installer: Installer, script: str | None) -> None:
    ensure(installer)
    installer.break_interpreter(script)
    ensure(installer)
    assert len(installer.commands) == 4
    assert Environment(installer.folder, "tools").is_complete()


@pytest.mark.parametrize(
    ("words", "layer"),
    [
        (["up"], "tools"),
        (["test", "unit"], "test"),
        (["lint"], "test"),
        (["deploy", "local"], "test"),
        (["deploy", "prod"], "tools"),
    ],
)
def test_commands_that_run_tests_need_the_layer_of_tests(words: list[str], layer: str) -> None:
    assert bootstrap.layer_for(words) == layer


@pytest.fixture
def without_environment(installer: Installer, monkeypatch: pytest.MonkeyPatch) -> Installer:
    """Nothing is there but the checkout."""
    monkeypatch.setattr(bootstrap, "PROJECT", installer.folder / "checkout")
    return installer


@pytest.mark.parametrize(
    ("words", "begin"),
    [
        (["--help"], "Usage: ./dev COMMAND"),
        ([], "Usage: ./dev COMMAND"),
        (["--version"], f"Tradewind {commands.version()}"),
        (["up", "--help"], "Usage: ./dev up [OPTIONS]"),
        (["export", "openapi", "-h"], "Usage: ./dev export openapi [OPTIONS]"),
        (["export", "--help"], "Usage: ./dev export [OPTIONS] COMMAND"),
    ],
)
def test_help_needs_no_environment(
    without_environment: Installer, capsys: pytest.CaptureFixture[str], words: list[str], begin: str
) -> None:
    with pytest.raises(SystemExit) as end:
        bootstrap.main(words)
    assert not end.value.code
    assert capsys.readouterr().out.startswith(begin)
    assert without_environment.commands == []


def test_unknown_command_makes_no_environment(
    without_environment: Installer, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        bootstrap.main(["uup"])
    assert end.value.code == 2
    assert capsys.readouterr().err == "dev: There is no command 'uup'. Did you mean 'up'? See ./dev --help\n"
    assert without_environment.commands == []


@pytest.mark.parametrize("name", commands.COMMANDS)
def test_reference_has_the_help_of_every_command(name: str) -> None:
    assert f"Usage: ./dev {name} " in (commands.reference_of([name, "--help"]) or "")


def test_progress_is_one_plain_line_without_a_terminal() -> None:
    output = io.StringIO()
    progress = Progress("Installing", output)
    for line in ("Collecting rich", "Collecting typer", "Installing collected packages"):
        progress.see(line)
    progress.end()
    assert output.getvalue() == "Installing …\n"


def test_progress_counts_on_a_terminal() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    output = Terminal()
    progress = Progress("Installing", output)
    for line in ("Collecting rich", "Collecting typer"):
        progress.see(line)
    assert output.getvalue().endswith("Installing … 2 packages")


def dev(python: str, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {"PATH": os.defpath, **environment}
    return subprocess.run([python, str(DEV), "--help"], env=variables, check=False, capture_output=True, text=True)


def test_chosen_python_that_does_not_run_is_one_clear_line() -> None:
    ended = dev(sys.executable, TRADEWIND_PYTHON="/nowhere/python")
    assert ended.returncode == 1
    assert ended.stderr == "dev: TRADEWIND_PYTHON=/nowhere/python cannot be used. Correct it, or unset it.\n"


def test_any_python_can_read_the_entry() -> None:
    source = DEV.read_text()
    assert source.isascii()
    assert not {"f'", 'f"', ":=", "->", "match ", "print("} & set(source.split())


@pytest.mark.parametrize("layer", ["runtime", "tools", "test"])
def test_requirements_are_pinned_hashed_and_name_no_address(layer: str) -> None:
    text = (PROJECT / "requirements" / f"{layer}.txt").read_text()
    pinned = [line for line in text.splitlines() if line and line[0].isalpha()]
    assert all("==" in line and line.endswith("\\") for line in pinned)
    assert text.count("--hash=sha256:") >= len(pinned)
    assert not any(word in text for word in ("://", "--index-url", "--find-links", "--trusted-host"))
