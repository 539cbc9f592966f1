"""The four steps of a rotation; each may be called again, and then changes nothing.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

from tradewind.aws.vault import Vault
from tradewind.kernel.clock import Clock
from tradewind.kernel.keys import ENTROPY_BYTES, may_be_put_in_use, new_key, signs_from
from tradewind.rotation.errors import KeyMissing, KeyUnusable, TooLate


class Version(NamedTuple):
    """The version of a secret that is to be put in use."""

    secret_id: str
    version_id: str


def create(version: Version, vault: Vault, clock: Clock) -> None:
    """Give the version a value, once."""
    if vault.value(*version) is None:
        vault.keep_pending(*version, new_key(clock.entropy(ENTROPY_BYTES), clock.now()))


def hand_over(_version: Version, _vault: Vault, _clock: Clock) -> None:
    """Does nothing: no other system holds our keys."""


def check(version: Version, vault: Vault, _clock: Clock) -> None:
    """Raises KeyUnusable unless the value is a key that we made, or nothing was made yet.

    To test a schedule Secrets Manager calls this step alone, for a version that is empty or has the value in use:
    `RotateImmediately` in https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
    """
    value = vault.value(*version)
    if value is None or signs_from(value):
        return
    if value != vault.value(version.secret_id, vault.current_version(version.secret_id)):
        raise KeyUnusable(*version)


def finish(version: Version, vault: Vault, clock: Clock) -> None:
    """Put the version in use; the one before stays valid for what it signed. Raises KeyMissing, TooLate."""
    if not may_be_put_in_use(_value(version, vault), clock.now()):
        raise TooLate(*version)
    vault.put_in_use(*version, instead_of=vault.current_version(version.secret_id))


Step: TypeAlias = Callable[[Version, Vault, Clock], None]

STEPS: Mapping[str, Step] = {
    "createSecret": create,
    "setSecret": hand_over,
    "testSecret": check,
    "finishSecret": finish,
}


def _value(version: Version, vault: Vault) -> str:
    value = vault.value(*version)
    if value is None:
        raise KeyMissing(*version)
    return value
