"""The modules as they are written: formatted, sound, described."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import msgspec
import pytest

from tradewind_tools.deployment import provider
from tradewind_tools.deployment.errors import ProviderMissing, TerraformMissing
from tradewind_tools.deployment.local import MODULES
from tradewind_tools.deployment.stage import STAGES, Stage, StageFile
from tradewind_tools.deployment.terraform import Terraform

FOLDERS = sorted(path.parent for path in MODULES.glob("**/main.tf"))
ONES = sorted(path for path in (MODULES / "modules").iterdir() if path.is_dir())
BLOCK = re.compile(r'^(?P<kind>variable|output) "(?P<name>[\w-]+)" {\n(?P<body>.*?)^}', re.MULTILINE | re.DOTALL)
USED = re.compile(r'source\s*=\s*"\.\./(?:modules/)?([\w-]+)"')


def blocks(folder: Path, kind: str) -> dict[str, str]:
    """What stands in the variables or outputs of a folder, by their names."""
    text = "".join(path.read_text() for path in sorted(folder.glob("*.tf")))
    return {found["name"]: found["body"] for found in BLOCK.finditer(text) if found["kind"] == kind}


def test_everything_is_formatted() -> None:
    program = shutil.which("terraform")
    if program is None:
        pytest.skip(str(TerraformMissing()))
    checked = subprocess.run(
        [program, "fmt", "-check", "-recursive", MODULES], capture_output=True, text=True, check=False
    )
    assert checked.stdout == ""


@pytest.mark.parametrize("folder", ["account", "stages"])
def test_a_configuration_is_sound(folder: str, tmp_path: Path) -> None:
    """With all modules in it; the others are planned or applied."""
    shutil.copytree(MODULES, tmp_path / "terraform")
    terraform = Terraform(tmp_path / "terraform" / folder, tmp_path / "data")
    try:
        terraform.init("-backend=false")
    except (TerraformMissing, ProviderMissing) as reason:
        pytest.skip(str(reason))
    terraform.validate()


def test_the_provider_can_be_taken_from_the_plugin_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mirror = provider.find_mirror()
    if mirror is None:
        pytest.skip("no AWS provider on this machine")
    cache = tmp_path / "cache"
    shutil.copytree(mirror / provider.PROVIDER, cache / provider.PROVIDER, copy_function=os.symlink)
    monkeypatch.delenv("TF_CLI_CONFIG_FILE", raising=False)
    monkeypatch.setenv("TF_PLUGIN_CACHE_DIR", str(cache))
    (tmp_path / "main").mkdir()
    shutil.copy(MODULES / "account" / "versions.tf", tmp_path / "main")
    terraform = Terraform(tmp_path / "main", tmp_path / "data")
    try:
        terraform.init()
    except TerraformMissing as reason:
        pytest.skip(str(reason))
    terraform.validate()


def test_every_module_is_part_of_the_shop_or_the_account() -> None:
    texts = [
        path.read_text() for folder in (MODULES / "account", MODULES / "shop", *ONES) for path in folder.glob("*.tf")
    ]
    assert {name for text in texts for name in USED.findall(text)} == {folder.name for folder in ONES}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_variables_have_types_and_descriptions(folder: Path) -> None:
    variables = blocks(folder, "variable")
    assert variables
    for body in variables.values():
        assert re.search(r"^  type\s+= \S", body, re.MULTILINE)
        assert re.search(r'^  description = "[A-Za-z].+[.\w]"$', body, re.MULTILINE)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_outputs_have_descriptions(folder: Path) -> None:
    for body in blocks(folder, "output").values():
        assert re.search(r'^  description = ".+\."$', body, re.MULTILINE)


@pytest.mark.parametrize("module", ONES, ids=lambda module: module.name)
def test_a_module_names_its_versions_and_tells_what_it_takes_and_gives(module: Path) -> None:
    readme = (module / "README.md").read_text()
    assert "required_version" in (module / "versions.tf").read_text()
    assert "```hcl\nmodule " in readme
    rows = set(re.findall(r"^\| `([\w-]+)` \|", readme, re.MULTILINE))
    assert rows == {*blocks(module, "variable"), *blocks(module, "output")}


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_an_example_gives_values_to_variables_that_there_are(stage: str) -> None:
    example = (STAGES / f"{stage}.tfvars.example").read_text()
    given = set(re.findall(r"^(?:# )?(\w+) += ", example, re.MULTILINE))
    assert given >= {"blueprint", "packages", "region", "settings"}
    assert given <= set(blocks(STAGES, "variable"))


def test_the_examples_differ_in_what_a_stage_of_customers_needs() -> None:
    dev, prod = (
        dict(re.findall(r"^(\w+) += (\S+)", (STAGES / f"{stage}.tfvars.example").read_text(), re.MULTILINE))
        for stage in ("dev", "prod")
    )
    kept, logged, guarded = "secret_recovery_days", "access_logs", "firewall"
    assert {name: dev[name] for name in (kept, logged, guarded)} == {kept: "7", logged: "false", guarded: "null"}
    assert {name: prod[name] for name in (kept, logged, guarded)} == {kept: "30", logged: "true", guarded: "{}"}
    assert prod.keys() - dev.keys() == {"domain", "sets_log_writer"}


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_an_example_keeps_the_state_where_the_commands_do(stage: str) -> None:
    example = tomllib.loads((STAGES / f"{stage}.tfbackend.example").read_text())
    place = tomllib.loads((STAGES / f"{stage}.toml.example").read_text())
    key = Stage(stage, STAGES, msgspec.convert(place, StageFile)).state_key
    assert example == {"bucket": place["state_bucket"], "key": key, "region": place["region"]}
