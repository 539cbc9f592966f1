from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tradewind_tools.blueprint.alarms import ALARMS
from tradewind_tools.deployment.errors import StageMisconfigured, StageNotConfigured, UnknownStage
from tradewind_tools.deployment.smoke import APPROVED
from tradewind_tools.deployment.stage import STAGES, Canary, find, find_example, list_stages

GOOD = 'account = "123456789012"\nregion = "eu-central-1"\nstate_bucket = "a-bucket"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "dev.toml.example").touch()
    return tmp_path


def test_stage_exists_if_it_has_a_file_or_an_example(folder: Path) -> None:
    for name in ("qa.toml", "dev.toml", "local.toml", "prod.tfvars"):
        (folder / name).touch()
    assert list_stages(folder) == ["dev", "qa"]
    with pytest.raises(UnknownStage, match=r"no stage 'prod'. There are: dev, qa"):
        find("prod", folder)


def test_stage_file_has_account_region_and_bucket(folder: Path) -> None:
    (folder / "dev.toml").write_text(f"{GOOD}[release]\nwatch_minutes = 0\n")
    stage = find("dev", folder)
    assert (stage.place.account, stage.place.release) == ("123456789012", Canary(10, 0))
    assert (stage.table, stage.record_key) == ("tradewind-dev", "tradewind/dev.release.json")


def test_stages_in_one_folder_share_neither_state_nor_variables(folder: Path) -> None:
    for name in ("dev", "prod"):
        (folder / f"{name}.toml").write_text(GOOD)
    dev, prod = find("dev", folder), find("prod", folder)
    assert (dev.state_key, prod.state_key) == ("tradewind/dev.tfstate", "tradewind/prod.tfstate")
    assert (dev.variables_file, prod.variables_file) == (folder / "dev.tfvars", folder / "prod.tfvars")


def test_stage_file_may_have_a_payment_token_of_the_smoke_test(folder: Path) -> None:
    file = folder / "dev.toml"
    file.write_text(GOOD)
    assert find("dev", folder).place.smoke_payment_token == APPROVED
    file.write_text(f'{GOOD}smoke_payment_token = "pm_card_visa"\n')
    assert find("dev", folder).place.smoke_payment_token == "pm_card_visa"


def test_missing_stage_file_is_an_error_that_names_the_example(folder: Path) -> None:
    with pytest.raises(StageNotConfigured, match=r"cp .*/dev\.toml\.example .*/dev\.toml$"):
        find("dev", folder)


def test_stage_without_an_example_refers_to_that_of_dev(folder: Path) -> None:
    assert find_example(folder / "qa.tfvars") == folder / "dev.tfvars.example"
    (folder / "qa.tfvars.example").touch()
    assert find_example(folder / "qa.tfvars") == folder / "qa.tfvars.example"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (GOOD.replace("12345", ""), r"account"),
        (f'{GOOD}acount = "1"\n', "acount"),
        (f"{GOOD}[release]\nfirst_percent = 100\n", "first_percent"),
        ("account = 1 2", "line 1"),
        ("", "account"),
        ("account = '\udcff'", "codec"),
    ],
    ids=["no account", "unknown word", "no part", "no TOML", "empty", "no text"],
)
def test_invalid_stage_file_is_refused_with_the_field(folder: Path, text: str, complaint: str) -> None:
    (folder / "dev.toml").write_text(text, errors="surrogateescape")
    with pytest.raises(StageMisconfigured, match=rf"{complaint}.*How it should look: .*/dev\.toml\.example"):
        find("dev", folder)


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_examples_are_valid(name: str, tmp_path: Path) -> None:
    assert name in list_stages()
    shutil.copy(STAGES / f"{name}.toml.example", tmp_path / f"{name}.toml")
    assert find(name, tmp_path).place.region == "eu-central-1"


def test_only_alarms_of_broken_code_are_watched(folder: Path) -> None:
    (folder / "dev.toml").write_text(GOOD)
    watched = find("dev", folder).watched_alarms
    assert {"tradewind-dev-function-errors", "tradewind-dev-api-faults", "tradewind-dev-api-latency"} <= set(watched)
    assert "tradewind-dev-dead-email-queue" in watched
    assert "tradewind-dev-cold-starts" not in watched, "every release starts workers"
    assert len(watched) <= 100, "CloudWatch is asked once"


def test_no_other_stage_of_the_account_takes_a_release_back(folder: Path) -> None:
    (folder / "dev.toml").write_text(GOOD)
    of_account = {f"tradewind-dev-{alarm.name}" for alarm in ALARMS if not alarm.is_of_stage}
    assert of_account >= {"tradewind-dev-function-throttles", "tradewind-dev-mail-bounces"}
    assert "tradewind-dev-function-errors" not in of_account
    assert not of_account & set(find("dev", folder).watched_alarms)
