from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tradewind_tools.deployment.errors import StageMisconfigured, StageNotConfigured, UnknownStage
from tradewind_tools.deployment.smoke import APPROVED
from tradewind_tools.deployment.stage import ENVIRONMENTS, EXAMPLE, FILE, Canary, find, known

GOOD = 'account = "123456789012"\nregion = "eu-central-1"\nstate_bucket = "a-bucket"\n'


@pytest.fixture
def environments(tmp_path: Path) -> Path:
    for name in ("dev", "local"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").touch()
    return tmp_path


def test_a_folder_makes_a_stage_but_the_local_cloud_is_none(environments: Path) -> None:
    assert known(environments) == ["dev"]
    with pytest.raises(UnknownStage, match=r"no stage 'prod'. There are: dev"):
        find("prod", environments)


def test_its_file_says_where_it_is(environments: Path) -> None:
    (environments / "dev" / FILE).write_text(f"{GOOD}[release]\nwatch_minutes = 0\n")
    stage = find("dev", environments)
    assert (stage.place.account, stage.place.release) == ("123456789012", Canary(10, 0))
    assert (stage.table, stage.record_key) == ("tradewind-dev", "tradewind/dev.release.json")


def test_its_file_says_what_an_order_that_tries_it_is_paid_with(environments: Path) -> None:
    file = environments / "dev" / FILE
    file.write_text(GOOD)
    assert find("dev", environments).place.smoke_payment_token == APPROVED
    file.write_text(f'{GOOD}smoke_payment_token = "pm_card_visa"\n')
    assert find("dev", environments).place.smoke_payment_token == "pm_card_visa"


def test_without_a_file_it_is_said_where_to_begin(environments: Path) -> None:
    with pytest.raises(StageNotConfigured, match=rf"cp .*dev/{EXAMPLE} .*dev/{FILE}"):
        find("dev", environments)


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
def test_what_cannot_be_is_refused_by_name(environments: Path, text: str, complaint: str) -> None:
    (environments / "dev" / FILE).write_text(text, errors="surrogateescape")
    with pytest.raises(StageMisconfigured, match=rf"{complaint}.*How it should look: .*dev/{EXAMPLE}"):
        find("dev", environments)


@pytest.mark.parametrize("name", known())
def test_the_examples_are_good(name: str, tmp_path: Path) -> None:
    shutil.copytree(ENVIRONMENTS / name, tmp_path / name)
    shutil.copy(tmp_path / name / EXAMPLE, tmp_path / name / FILE)
    assert find(name, tmp_path).place.region == "eu-central-1"


def test_only_alarms_that_tell_of_code_are_watched(environments: Path) -> None:
    (environments / "dev" / FILE).write_text(GOOD)
    watched = find("dev", environments).watched_alarms
    assert {"tradewind-dev-function-errors", "tradewind-dev-api-faults", "tradewind-dev-api-latency"} <= set(watched)
    assert "tradewind-dev-dead-email-queue" in watched
    assert "tradewind-dev-cold-starts" not in watched, "every release starts workers"
    assert len(watched) <= 100, "CloudWatch is asked once"
