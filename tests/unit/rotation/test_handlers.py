from __future__ import annotations

import msgspec
import pytest
from tests.fakes import make_shop
from tests.unit.rotation.fake_vault import FakeVault

from tradewind.aws.vault import CURRENT
from tradewind.rotation.errors import KeyMissing
from tradewind.rotation.handlers import rotate
from tradewind.rotation.steps import STEPS

NAME = "tradewind/local/jwt-key"


@pytest.fixture
def vault() -> FakeVault:
    return FakeVault()


def turn(step: str, version: str = "second") -> dict[str, str]:
    """As Secrets Manager sends it."""
    return {"Step": step, "SecretId": NAME, "ClientRequestToken": version, "RotationToken": "unused"}


def test_four_steps_put_a_new_key_in_use(vault: FakeVault) -> None:
    shop = make_shop(vault=vault)
    for step in STEPS:
        rotate(turn(step), None, shop)
    assert vault.stages[CURRENT] == "second"


def test_every_step_may_come_twice(vault: FakeVault) -> None:
    shop = make_shop(vault=vault)
    for step in STEPS:
        rotate(turn(step), None, shop)
        rotate(turn(step), None, shop)
    assert (vault.stages[CURRENT], len(vault.values)) == ("second", 2)


@pytest.mark.parametrize("step", STEPS)
def test_nothing_happens_to_a_version_that_is_in_use(vault: FakeVault, step: str) -> None:
    rotate(turn(step, "first"), None, make_shop(vault=vault))
    assert (vault.stages, len(vault.values)) == ({CURRENT: "first"}, 1)


def test_a_schedule_is_tested_by_one_step_that_changes_nothing(vault: FakeVault) -> None:
    rotate(turn("testSecret"), None, make_shop(vault=vault))
    assert (vault.stages, len(vault.values)) == ({CURRENT: "first"}, 1)


def test_a_failure_is_logged_and_told_to_secrets_manager(vault: FakeVault, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyMissing):
        rotate(turn("finishSecret"), None, make_shop(vault=vault))
    (line,) = capsys.readouterr().out.splitlines()
    written = msgspec.json.decode(line)
    assert (written["level"], written["message"]) == ("ERROR", "KeyMissing")


def test_no_value_reaches_the_log(vault: FakeVault, capsys: pytest.CaptureFixture[str]) -> None:
    shop = make_shop(vault=vault)
    for step in STEPS:
        rotate(turn(step), None, shop)
    written = capsys.readouterr().out
    assert written.count("done") == len(STEPS)
    assert not [value for value in vault.values.values() if value.partition(".")[2] and value in written]


@pytest.mark.parametrize("event", [{}, {"Step": "createSecret"}, turn("deleteSecret")])
def test_anything_else_is_refused(vault: FakeVault, event: dict[str, str]) -> None:
    with pytest.raises(msgspec.ValidationError):
        rotate(event, None, make_shop(vault=vault))
