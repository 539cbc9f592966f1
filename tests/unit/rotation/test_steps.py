from __future__ import annotations

import pytest
from tests.fakes import FakeClock
from tests.unit.rotation.fake_vault import PREVIOUS, FakeVault

from tradewind.aws.vault import CURRENT, PENDING
from tradewind.kernel.clock import epoch_seconds
from tradewind.kernel.keys import IN_USE_WITHIN_SECONDS, WAIT_SECONDS, signs_from
from tradewind.rotation.errors import KeyMissing, KeyUnusable, TooLate
from tradewind.rotation.steps import Version, check, create, finish, hand_over

VERSION = Version("tradewind/local/jwt-key", "second")


@pytest.fixture
def vault() -> FakeVault:
    return FakeVault()


def test_a_new_value_waits_before_it_signs(vault: FakeVault, clock: FakeClock) -> None:
    create(VERSION, vault, clock)
    assert signs_from(vault.values["second"]) == epoch_seconds(clock.now()) + WAIT_SECONDS
    assert vault.stages == {CURRENT: "first", PENDING: "second"}


def test_a_second_call_makes_no_second_value(vault: FakeVault, clock: FakeClock) -> None:
    create(VERSION, vault, clock)
    made = dict(vault.values)
    create(VERSION, vault, clock)
    assert vault.values == made


def test_each_rotation_makes_another_value(vault: FakeVault, clock: FakeClock) -> None:
    create(VERSION, vault, clock)
    create(VERSION._replace(version_id="third"), vault, clock)
    assert len(set(vault.values.values())) == 3


def test_nobody_has_to_be_told(vault: FakeVault, clock: FakeClock) -> None:
    create(VERSION, vault, clock)
    before = dict(vault.values), dict(vault.stages)
    hand_over(VERSION, vault, clock)
    assert (vault.values, vault.stages) == before


def test_a_value_of_ours_passes(vault: FakeVault, clock: FakeClock) -> None:
    create(VERSION, vault, clock)
    check(VERSION, vault, clock)


def test_a_version_without_a_value_passes_when_it_is_tested_alone(vault: FakeVault, clock: FakeClock) -> None:
    check(VERSION, vault, clock)


def test_the_value_in_use_passes_when_it_is_tested_alone(vault: FakeVault, clock: FakeClock) -> None:
    vault.keep_pending(*VERSION, vault.values["first"])
    check(VERSION, vault, clock)


def test_a_value_of_somebody_else_does_not(vault: FakeVault, clock: FakeClock) -> None:
    vault.keep_pending(*VERSION, "pasted by hand")
    with pytest.raises(KeyUnusable) as refusal:
        check(VERSION, vault, clock)
    assert "pasted" not in str(refusal.value)


def test_a_finished_version_is_in_use_and_the_one_before_still_known(vault: FakeVault, clock: FakeClock) -> None:
    create(VERSION, vault, clock)
    finish(VERSION, vault, clock)
    assert vault.stages == {CURRENT: "second", PREVIOUS: "first", PENDING: "second"}


def test_a_key_that_was_made_long_ago_is_not_put_in_use(vault: FakeVault, clock: FakeClock) -> None:
    create(VERSION, vault, clock)
    clock.advance(IN_USE_WITHIN_SECONDS + 1)
    with pytest.raises(TooLate):
        finish(VERSION, vault, clock)
    assert vault.stages[CURRENT] == "first"


def test_a_version_without_a_value_is_not_put_in_use(vault: FakeVault, clock: FakeClock) -> None:
    with pytest.raises(KeyMissing, match="second"):
        finish(VERSION, vault, clock)
