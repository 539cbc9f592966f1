from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from tradewind_tools import audit
from tradewind_tools.places import PROJECT


def exceptions(name: str) -> list[str]:
    """Each check that is left out, with the lines before it and on it."""
    lines = (audit.CONFIGURATION / name).read_text(encoding="utf-8").splitlines()
    start = lines.index("skip-check:") + 1
    return [line.strip() for line in lines[start:] if line.strip()]


@pytest.mark.parametrize("name", ["template.yaml", "secrets.yaml"])
def test_every_exception_has_its_reason_before_it(name: str) -> None:
    known = exceptions(name)
    assert known[0].startswith("#")
    for before, line in pairwise(known):
        alone = before.startswith("- ") and "#" not in before
        assert not (alone and line.startswith("- "))


def test_both_stages_are_exported_and_checked(tmp_path: Path) -> None:
    commands = list(audit.of_tree(tmp_path))
    checked = [command[-1] for command in commands if "--file" in command]
    assert checked == [str(tmp_path / "dev.json"), str(tmp_path / "prod.json")]
    assert all(Path(template).is_file() for template in checked)


def test_terraform_is_checked_where_there_is_some() -> None:
    command = audit.terraform_check(audit.TERRAFORM)
    assert command[-2:] == ("--directory", str(audit.TERRAFORM))
    assert "terraform" in command


def test_secrets_are_looked_for_in_what_we_wrote(tmp_path: Path) -> None:
    *_, command = audit.of_tree(tmp_path)
    assert str(PROJECT / "src") in command
    assert not any("build" in Path(word).parts or ".venv" in Path(word).parts for word in command[-20:])


def test_what_lambda_gets_is_listed_on_request(tmp_path: Path) -> None:
    assert len(list(audit.of_dependencies(None))) == 2
    *_, listing = audit.of_dependencies(tmp_path / "sbom.json")
    assert "cyclonedx-json" in listing
    assert str(PROJECT / "requirements" / "runtime.txt") in listing
