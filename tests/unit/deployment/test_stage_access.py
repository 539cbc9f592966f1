from __future__ import annotations

import sys

import boto3
import pytest
from rich.console import Console
from tests.unit.deployment.fake_stage import STAGE

from tradewind_tools.deployment.account import Identity
from tradewind_tools.deployment.errors import Declined, NoTerminal
from tradewind_tools.deployment.stage_access import StageAccess
from tradewind_tools.localcloud.narrator import Narrator


@pytest.fixture
def site() -> StageAccess:
    console = Console(stderr=True)
    identity = Identity("123456789012", "arn:aws:iam::123456789012:user/ada")
    return StageAccess(STAGE, boto3.Session(region_name="eu-central-1"), identity, console, Narrator(console))


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)


def test_yes_skips_the_confirmation(site: StageAccess) -> None:
    site.ask("Really?", yes=True)


def test_confirmation_without_a_terminal_is_refused(site: StageAccess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    with pytest.raises(NoTerminal):
        site.ask("Really?", yes=False)
    with pytest.raises(NoTerminal):
        site.ask_for_name("Type its name")


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize("typed", ["prod", "DEV", ""])
def test_another_name_than_the_stages_declines(site: StageAccess, monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    monkeypatch.setattr("typer.prompt", lambda *_, **__: typed)
    with pytest.raises(Declined):
        site.ask_for_name("Type its name")


@pytest.mark.usefixtures("terminal")
def test_name_of_the_stage_confirms(site: StageAccess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("typer.prompt", lambda *_, **__: "dev")
    site.ask_for_name("Type its name")
