from __future__ import annotations

from tradewind.identity.passwords import DUMMY_HASH, Argon2Passwords
from tradewind_tools.simulation.passwords import CheapHasher, hash_cheaply, plain_password, simulate_hash

PASSWORDS = Argon2Passwords()


def test_shop_hashes_by_the_hasher_as_long_as_it_is_told_to() -> None:
    with hash_cheaply(CheapHasher()):
        hashes = {PASSWORDS.hash("correct horse") for _ in range(2)}
    assert {plain_password(each) for each in hashes} == {"correct horse"}
    assert len(hashes) == 2
    assert PASSWORDS.hash("correct horse").startswith("$argon2id$")


def test_each_verification_is_reported() -> None:
    found: list[bool] = []
    with hash_cheaply(CheapHasher(found.append)):
        assert PASSWORDS.verify(simulate_hash("right"), "right")
        assert not PASSWORDS.verify(simulate_hash("right"), "wrong")
        assert not PASSWORDS.verify(DUMMY_HASH, "right")
        assert not PASSWORDS.is_outdated(simulate_hash("right"))
    assert found == [True, False, False]
