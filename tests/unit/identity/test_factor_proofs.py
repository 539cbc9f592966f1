from __future__ import annotations

import pytest
from tests.fakes import START, FakeClock
from tests.unit.identity.factors import make_code, wrong_code

from tradewind.identity import factor_proofs, totp
from tradewind.identity.model import PendingFactor, Proof, SecondFactor


@pytest.fixture
def codes(clock: FakeClock) -> list[str]:
    return factor_proofs.new_recovery_codes(clock)


@pytest.fixture
def factor(clock: FakeClock, codes: list[str]) -> SecondFactor:
    secret = totp.new_secret(clock)
    pending = PendingFactor("user-1", secret, 1, 2**40)
    confirmed = factor_proofs.confirm_factor(pending, make_code(secret, clock), codes, clock.now())
    assert confirmed is not None
    return confirmed


def test_recovery_codes_differ_and_are_stored_as_hashes(factor: SecondFactor, codes: list[str]) -> None:
    assert len(set(codes)) == 10
    assert {len(each) for each in codes} == {19}
    assert not set(codes) & set(factor.recovery_hashes)
    assert factor.added_at == START


def test_wrong_code_confirms_nothing(clock: FakeClock) -> None:
    secret = totp.new_secret(clock)
    pending = PendingFactor("user-1", secret, 1, 2**40)
    assert factor_proofs.confirm_factor(pending, wrong_code(secret, clock), [], clock.now()) is None


def test_code_is_good_once_and_none_before_it_afterwards(factor: SecondFactor, clock: FakeClock) -> None:
    assert factor_proofs.use_proof(factor, Proof(make_code(factor.secret, clock)), clock.now()) is None
    used = factor_proofs.use_proof(factor, Proof(make_code(factor.secret, clock, 1)), clock.now())
    assert used is not None
    for steps in (-1, 0, 1):
        assert factor_proofs.use_proof(used, Proof(make_code(factor.secret, clock, steps)), clock.now()) is None


@pytest.mark.parametrize("spell", [str, str.lower, lambda code: code.replace("-", ""), lambda code: f" {code} "])
def test_recovery_code_is_good_once_however_it_is_spelt(
    factor: SecondFactor, codes: list[str], clock: FakeClock, spell: type[str]
) -> None:
    proof = Proof(recovery_code=spell(codes[3]))
    used = factor_proofs.use_proof(factor, proof, clock.now())
    assert used is not None
    assert len(used.recovery_hashes) == 9
    assert factor_proofs.use_proof(used, proof, clock.now()) is None


def test_unknown_recovery_code_is_refused(factor: SecondFactor, clock: FakeClock) -> None:
    assert factor_proofs.use_proof(factor, Proof(recovery_code="AAAA-AAAA-AAAA-AAAA"), clock.now()) is None


def test_new_recovery_codes_take_the_place_of_the_old(factor: SecondFactor, codes: list[str], clock: FakeClock) -> None:
    newer = factor_proofs.new_recovery_codes(clock)
    renewed = factor_proofs.replace_recovery_codes(factor, newer)
    assert factor_proofs.use_proof(renewed, Proof(recovery_code=codes[0]), clock.now()) is None
    assert factor_proofs.use_proof(renewed, Proof(recovery_code=newer[0]), clock.now()) is not None
