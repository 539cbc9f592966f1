"""Terraform as a program, played by a script that says what it was asked."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from tradewind_tools.deployment import provider
from tradewind_tools.deployment.errors import Interrupted, ProviderMissing, TerraformFailed, TerraformMissing
from tradewind_tools.deployment.terraform import Terraform, reason

UNDECLARED = """\
Plan: 1 to add, 0 to change, 0 to destroy.
╷
│ Warning: Value for undeclared variable
│
│ The root module does not declare a variable named "frewall" but a value was
│ found in file "terraform.tfvars".
│
│ To silence these warnings, use TF_VAR_... environment variables.
╵
"""

REFUSAL = """\
Planning ...
╷
│ Error: Invalid value for variable
│
│   on variables.tf line 1
╵
"""

STOPPING = """\
import os, signal, sys, time

def stop(*_):
    print("in good order", flush=True)
    sys.exit(1)

signal.signal(signal.SIGINT, stop)
print(os.getpid(), flush=True)
time.sleep(60)
"""
"""Not for a shell: one that was started in the background can set no trap for this signal."""


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the whole PATH, and where the script `terraform` is to be."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def playing(folder: Path, script: str, by: str = "/bin/sh") -> None:
    program = folder / "terraform"
    program.write_text(f"#!{by}\n{script}\n")
    program.chmod(0o755)


def test_missing_terraform_is_an_error(play: Path, tmp_path: Path) -> None:
    assert list(play.iterdir()) == []
    with pytest.raises(TerraformMissing, match="not on the PATH"):
        Terraform(tmp_path, tmp_path / "data").validate()


def test_listener_gets_every_line(play: Path, tmp_path: Path) -> None:
    playing(play, 'echo "$2"; echo done')
    lines: list[str] = []
    Terraform(tmp_path, tmp_path / "data", listener=lines.append).validate()
    assert lines == ["validate", "done"]


def test_warning_is_kept_as_one_line(play: Path, tmp_path: Path) -> None:
    playing(play, f"echo '{UNDECLARED}'")
    terraform = Terraform(tmp_path, tmp_path / "data")
    terraform.plan()
    (warning,) = terraform.warnings
    assert warning.startswith("Warning: Value for undeclared variable. The root module does not declare")
    assert warning.endswith('named "frewall" but a value was found in file "terraform.tfvars".')


def test_interrupt_is_handed_on_and_terraform_finishes(play: Path, tmp_path: Path) -> None:
    playing(play, STOPPING, by=sys.executable)
    lines: list[str] = []

    def interrupting(line: str) -> None:
        lines.append(line)
        if line.isdigit():
            assert os.getpgid(int(line)) == int(line), "a Ctrl-C would reach it twice, and it would drop everything"
            raise KeyboardInterrupt

    with pytest.raises(Interrupted, match="goes on from there"):
        Terraform(tmp_path, tmp_path / "data", listener=interrupting).apply()
    assert lines[1:] == ["in good order"]


def test_variables_are_in_a_file_not_on_the_command_line(play: Path, tmp_path: Path) -> None:
    playing(play, 'echo "$@"')
    lines: list[str] = []
    Terraform(tmp_path, tmp_path / "data", {"a": [1]}, parallel=3, listener=lines.append).apply()
    assert json.loads((tmp_path / "data" / "variables.tfvars.json").read_text()) == {"a": [1]}
    assert "-auto-approve" in lines[0]
    assert "-parallelism=3" in lines[0]


def test_variables_of_the_stages_file_come_before_ours(play: Path, tmp_path: Path) -> None:
    playing(play, 'echo "$@"')
    lines: list[str] = []
    theirs, ours = tmp_path / "dev.tfvars", tmp_path / "data" / "variables.tfvars.json"
    terraform = Terraform(tmp_path, tmp_path / "data", variables_file=theirs, listener=lines.append)
    terraform.plan()
    theirs.touch()
    terraform.plan()
    assert lines[0].endswith(f"-parallelism=10 -var-file={ours}")
    assert lines[1].endswith(f"-parallelism=10 -var-file={theirs} -var-file={ours}")


@pytest.mark.parametrize(("code", "changes"), [(0, False), (2, True)])
def test_plan_returns_whether_anything_would_change(play: Path, tmp_path: Path, code: int, *, changes: bool) -> None:
    playing(play, f"exit {code}")
    assert Terraform(tmp_path, tmp_path / "data").plan() is changes


@pytest.mark.parametrize("refresh", [True, False])
def test_plan_without_refresh_does_not_ask_aws(play: Path, tmp_path: Path, *, refresh: bool) -> None:
    playing(play, 'echo "$@"')
    lines: list[str] = []
    Terraform(tmp_path, tmp_path / "data", listener=lines.append).plan(refresh=refresh)
    assert ("-refresh=false" not in lines[0]) is refresh
    assert ("-lock=false" not in lines[0]) is refresh


def test_changes_are_named(play: Path, tmp_path: Path) -> None:
    shown = {"resource_changes": [changed("no-op", "aws_a.x"), changed("update", "aws_b.y"), changed("read", "data.c")]}
    playing(play, f"""case "$2" in show) echo '{json.dumps(shown)}';; *) exit 2;; esac""")
    assert Terraform(tmp_path, tmp_path / "data").changes() == ["update aws_b.y"]


@pytest.mark.parametrize("holds_provider", [True, False])
def test_plugin_cache_that_is_the_mirror_is_not_used_as_a_cache(
    play: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, holds_provider: bool
) -> None:
    """Terraform would install from the folder into the folder, and refuses."""
    monkeypatch.delenv("TF_CLI_CONFIG_FILE", raising=False)
    monkeypatch.setenv("TF_PLUGIN_CACHE_DIR", str(tmp_path))
    if holds_provider:
        (tmp_path / provider.PROVIDER / "5.100.0").mkdir(parents=True)
    playing(play, 'echo "$TF_PLUGIN_CACHE_DIR"')
    lines: list[str] = []
    Terraform(tmp_path, tmp_path / "data", listener=lines.append).validate()
    assert lines == ["" if holds_provider else str(tmp_path)]
    assert (str(tmp_path) in (tmp_path / "data" / "settings.tfrc").read_text()) is holds_provider


def changed(action: str, address: str) -> dict[str, object]:
    return {"address": address, "change": {"actions": [action]}}


def test_outputs_are_their_values(play: Path, tmp_path: Path) -> None:
    playing(play, """echo '{"api_url": {"value": "https://shop.example"}}'""")
    assert Terraform(tmp_path, tmp_path / "data").output() == {"api_url": "https://shop.example"}


def test_failure_has_terraforms_message_without_its_frame(play: Path, tmp_path: Path) -> None:
    playing(play, f"echo '{REFUSAL}'; exit 1")
    with pytest.raises(TerraformFailed) as failure:
        Terraform(tmp_path, tmp_path / "data").apply()
    assert str(failure.value) == (
        "terraform apply failed:\nError: Invalid value for variable\n\non variables.tf line 1"
    )


def test_missing_provider_is_an_error_of_its_own(play: Path, tmp_path: Path) -> None:
    playing(play, "echo 'Error: Failed to query available provider packages'; exit 1")
    with pytest.raises(ProviderMissing, match="TF_PLUGIN_CACHE_DIR"):
        Terraform(tmp_path, tmp_path / "data").init()


def test_failure_without_a_message_has_the_end_of_the_output() -> None:
    assert reason("\n".join(map(str, range(50)))).startswith("30\n")
