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
    checked = [Path(word) for command in commands if "--file" in command for word in command if word.endswith(".json")]
    assert all(template.is_file() for template in checked)
    roots = [tmp_path / stage / "template.json" for stage in ("dev", "prod")]
    assert set(roots) < set(checked) == set(tmp_path.rglob("*.json"))


def test_terraform_is_checked_as_written_whatever_values_a_stage_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Terraform reads by itself, checkov reads too, and finds faults in what it cannot work out from that."""
    values = ("terraform.tfvars", "terraform.tfvars.json", "one.auto.tfvars", ".terraform/modules/other/main.tf")
    written = tmp_path / "written"
    for name in ("stages/main.tf", "modules/api/main.tf", *(f"stages/{name}" for name in values)):
        (written / name).parent.mkdir(parents=True, exist_ok=True)
        (written / name).touch()
    monkeypatch.setattr(audit, "TERRAFORM", written)
    (command,) = (command for command in audit.of_tree(tmp_path) if "terraform" in command)
    option, folder = command[-2:]
    assert option == "--directory"
    checked = {str(path.relative_to(folder)) for path in Path(folder).rglob("*") if path.is_file()}
    assert checked == {"stages/main.tf", "modules/api/main.tf"}


def test_secrets_are_looked_for_in_what_we_wrote(tmp_path: Path) -> None:
    *_, command = audit.of_tree(tmp_path)
    assert str(PROJECT / "src") in command
    assert not any("build" in Path(word).parts or ".venv" in Path(word).parts for word in command[-20:])


def test_what_lambda_gets_is_listed_on_request(tmp_path: Path) -> None:
    assert len(list(audit.of_dependencies(None))) == 2
    *_, listing = audit.of_dependencies(tmp_path / "sbom.json")
    assert "cyclonedx-json" in listing
    assert str(PROJECT / "requirements" / "runtime.txt") in listing
