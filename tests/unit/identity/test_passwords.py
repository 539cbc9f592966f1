from __future__ import annotations

import subprocess
import sys
import unicodedata
from typing import Literal

import bcrypt
import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type
from tests.unit.identity.people import join

from tradewind.identity.errors import WeakPassword
from tradewind.identity.passwords import DUMMY_HASH, Argon2Passwords, _common_passwords, refuse_weak
from tradewind.identity.reads import find_user
from tradewind.shop import Shop

PASSWORDS = Argon2Passwords()


@pytest.fixture(autouse=True)
def cheap_hashes() -> None:
    """None here: these tests are about the hashes of production."""


def test_a_hash_is_argon2id_with_19_mib_two_passes_and_one_lane() -> None:
    parameters = extract_parameters(PASSWORDS.hash("analytical engine"))
    assert parameters.type is Type.ID
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (19 * 1024, 2, 1)


def test_registered_password_is_hashed_so_and_signs_in(shop: Shop) -> None:
    ada = join(shop)
    user = find_user(shop.table, ada.user_id)
    assert user is not None
    assert user.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_two_hashes_of_one_password_differ_and_both_verify() -> None:
    first, second = PASSWORDS.hash("analytical engine"), PASSWORDS.hash("analytical engine")
    assert first != second
    assert PASSWORDS.verify(first, "analytical engine")
    assert PASSWORDS.verify(second, "analytical engine")


@pytest.mark.parametrize("wrong", ["analytical engin", "Analytical engine", "analytical engine ", ""])
def test_a_wrong_password_does_not_verify(wrong: str) -> None:
    assert not PASSWORDS.verify(PASSWORDS.hash("analytical engine"), wrong)


def test_every_character_counts_also_beyond_ascii() -> None:
    kept = PASSWORDS.hash("ключ от сейфа 🔑")
    assert PASSWORDS.verify(kept, "ключ от сейфа 🔑")
    assert not PASSWORDS.verify(kept, "ключ от сейфа 🔒")


def test_a_hash_of_today_is_not_outdated() -> None:
    assert not PASSWORDS.is_outdated(PASSWORDS.hash("analytical engine"))


def test_a_hash_with_other_parameters_is_outdated_and_still_verifies() -> None:
    weaker = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash("analytical engine")
    assert PASSWORDS.verify(weaker, "analytical engine")
    assert PASSWORDS.is_outdated(weaker)


@pytest.mark.parametrize("prefix", ["$2a$", "$2b$", "$2y$"])
def test_an_imported_bcrypt_hash_verifies_and_is_outdated(prefix: str) -> None:
    imported = bcrypt.hashpw(b"analytical engine", bcrypt.gensalt(4)).decode().replace("$2b$", prefix)
    assert PASSWORDS.verify(imported, "analytical engine")
    assert not PASSWORDS.verify(imported, "difference engine")
    assert PASSWORDS.is_outdated(imported)


def test_bcrypt_compares_the_72_bytes_that_it_ever_saw() -> None:
    imported = bcrypt.hashpw(b"x" * 72, bcrypt.gensalt(4)).decode()
    assert PASSWORDS.verify(imported, "x" * 100)
    assert not PASSWORDS.verify(imported, "x" * 71)


def test_dummy_hash_has_the_parameters_of_a_real_one() -> None:
    assert not PASSWORDS.is_outdated(DUMMY_HASH)
    assert not PASSWORDS.verify(DUMMY_HASH, "analytical engine")


@pytest.mark.parametrize(
    "weak", ["password", "Password1", "PASSWORD123", "12345678", "qwertyuiop", "iloveyou", "P@ssw0rd"]
)
def test_common_password_is_refused(weak: str) -> None:
    with pytest.raises(WeakPassword) as refusal:
        refuse_weak(weak, "ada@example.com", field="newPassword")
    assert [detail.field for detail in refusal.value.details] == ["newPassword"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (unicodedata.normalize("NFC", "clé-à-molette"), unicodedata.normalize("NFD", "clé-à-molette")),
        ("\uff41\uff44\uff41 has eight", "ada has eight"),
        ("\uac00\uac01 \uac02\uac03 six", unicodedata.normalize("NFD", "\uac00\uac01 \uac02\uac03 six")),
    ],
)
def test_password_is_the_same_from_every_keyboard(first: str, second: str) -> None:
    assert first != second
    assert PASSWORDS.verify(PASSWORDS.hash(first), second)
    assert PASSWORDS.verify(PASSWORDS.hash(second), first)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_imported_hash_verifies_as_it_was_typed_there_and_normalised(form: Literal["NFC", "NFD"]) -> None:
    typed = unicodedata.normalize(form, "clé-à-molette")
    imported = bcrypt.hashpw(typed.encode(), bcrypt.gensalt(4)).decode()
    assert PASSWORDS.verify(imported, typed)
    assert not PASSWORDS.verify(imported, "cle-a-molette")


def test_imported_hash_of_the_usual_form_verifies_from_another_keyboard() -> None:
    imported = bcrypt.hashpw(unicodedata.normalize("NFC", "clé-à-molette").encode(), bcrypt.gensalt(4)).decode()
    assert PASSWORDS.verify(imported, unicodedata.normalize("NFD", "clé-à-molette"))


def test_length_counts_once_normalised() -> None:
    with pytest.raises(WeakPassword, match="at least 8 characters"):
        refuse_weak(unicodedata.normalize("NFD", "éàüöî"), "ada@example.com", field="password")


@pytest.mark.parametrize("own", ["ada.lovelace@example.com", "Ada.Lovelace@Example.com", "ada.lovelace"])
def test_email_address_as_password_is_refused(own: str) -> None:
    with pytest.raises(WeakPassword):
        refuse_weak(own, "ada.lovelace@example.com", field="password")


def test_a_good_password_passes() -> None:
    refuse_weak("analytical engine", "ada@example.com", field="password")


def test_list_of_common_passwords_holds_only_long_enough_ones() -> None:
    common = _common_passwords()
    assert len(common) > 1_000
    assert all(8 <= len(word) <= 128 and word == unicodedata.normalize("NFC", word).casefold() for word in common)


def test_the_hash_libraries_are_loaded_at_the_first_hash_only() -> None:
    program = (
        "import sys, tradewind.identity.sign_in, tradewind.identity.handlers;"
        "print(sorted({'argon2', 'bcrypt', 'pathlib'} & set(sys.modules)))"
    )
    shown = subprocess.run(
        [sys.executable, "-S", "-c", _with_paths(program)], capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == "[]"


def _with_paths(program: str) -> str:
    """-S leaves out what the environment's own start-up files import."""
    return f"import sys; sys.path[:] = {sys.path!r}; {program}"
