"""Secrets Manager's versions as the local cloud keeps them, and a rotation in all its steps against them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from tests.fakes import CUSTOMER_ID, FakeClock, make_shop
from tests.unit.rotation.fake_vault import FakeVault

from tradewind.aws.secrets import ExtensionSecrets, find_signing_key
from tradewind.aws.vault import SecretsManagerVault, Vault
from tradewind.identity.tokens import SECRET_PURPOSE, AccessTokens
from tradewind.kernel.caller import Role
from tradewind.kernel.keys import WAIT_SECONDS
from tradewind.rotation.errors import KeyUnusable
from tradewind.rotation.handlers import rotate
from tradewind.rotation.steps import STEPS
from tradewind.settings import Settings
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.sdk import local_session
from tradewind_tools.memory.access import signed_in

FIRST_VALUE = "the first value, of more than 32 characters"
CACHES_SECONDS = 2 * 5 * 60


class Kept(NamedTuple):
    """A secret with its first version."""

    vault: Vault
    secret_id: str
    first: str


@pytest.fixture(scope="module")
def cloud() -> Iterator[LocalCloud]:
    with LocalCloud() as cloud:
        yield cloud


def stored(cloud: LocalCloud, name: str) -> Kept:
    client = local_session().client("secretsmanager", endpoint_url=cloud.endpoint_url)
    made = client.create_secret(Name=name, SecretString=FIRST_VALUE)
    return Kept(SecretsManagerVault(client), made["ARN"], made["VersionId"])


@pytest.fixture(params=["memory", "Secrets Manager"])
def kept(request: pytest.FixtureRequest) -> Kept:
    if request.param == "memory":
        return Kept(FakeVault(FIRST_VALUE), "secret", "first")
    return stored(request.getfixturevalue("cloud"), f"contract/{uuid.uuid4()}")


def new_version() -> str:
    """As Secrets Manager calls the version that a rotation makes."""
    return str(uuid.uuid4())


def turn(step: str, secret_id: str, version: str) -> dict[str, str]:
    """As Secrets Manager sends it."""
    return {"Step": step, "SecretId": secret_id, "ClientRequestToken": version}


def test_the_first_version_is_in_use(kept: Kept) -> None:
    assert kept.vault.current_version(kept.secret_id) == kept.first
    assert kept.vault.value(kept.secret_id, kept.first) == FIRST_VALUE


def test_a_version_without_a_value_has_none(kept: Kept) -> None:
    assert kept.vault.value(kept.secret_id, new_version()) is None


def test_a_pending_version_is_not_in_use(kept: Kept) -> None:
    version = new_version()
    kept.vault.keep_pending(kept.secret_id, version, "next")
    assert kept.vault.value(kept.secret_id, version) == "next"
    assert kept.vault.current_version(kept.secret_id) == kept.first


def test_a_version_may_be_given_its_value_twice(kept: Kept) -> None:
    version = new_version()
    for _ in range(2):
        kept.vault.keep_pending(kept.secret_id, version, "next")
    assert kept.vault.value(kept.secret_id, version) == "next"


def test_a_version_takes_the_place_of_another(kept: Kept) -> None:
    version = new_version()
    kept.vault.keep_pending(kept.secret_id, version, "next")
    kept.vault.put_in_use(kept.secret_id, version, instead_of=kept.first)
    assert kept.vault.current_version(kept.secret_id) == version
    assert kept.vault.value(kept.secret_id, kept.first) == FIRST_VALUE


@pytest.mark.parametrize("pending", [None, FIRST_VALUE], ids=["empty", "unchanged"])
def test_a_schedule_can_be_tested_before_its_first_rotation(kept: Kept, pending: str | None) -> None:
    """What Secrets Manager does where a schedule does not rotate at once: the one step, with nothing new to test."""
    version = new_version()
    if pending is not None:
        kept.vault.keep_pending(kept.secret_id, version, pending)
    rotate(turn("testSecret", kept.secret_id, version), None, make_shop(vault=kept.vault))
    assert kept.vault.current_version(kept.secret_id) == kept.first


def test_a_pending_value_that_is_no_key_of_ours_fails_the_test(kept: Kept) -> None:
    version = new_version()
    kept.vault.keep_pending(kept.secret_id, version, "pasted by hand")
    with pytest.raises(KeyUnusable):
        rotate(turn("testSecret", kept.secret_id, version), None, make_shop(vault=kept.vault))


def test_nobody_is_signed_out_by_a_rotation(cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """The four steps, and tokens before and after them through the extension's endpoint."""
    monkeypatch.setenv("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", str(urlsplit(cloud.endpoint_url).port))
    clock = FakeClock()
    shop = make_shop(clock=clock, secrets=ExtensionSecrets(clock), settings=Settings(access_token_seconds=86_400))
    name = shop.settings.secret_name(SECRET_PURPOSE)
    kept, version = stored(cloud, name), new_version()
    tokens = AccessTokens.of(shop)
    before = tokens.issue(signed_in(CUSTOMER_ID, Role.CUSTOMER))

    for step in STEPS:
        shop.vault = kept.vault
        rotate(turn(step, kept.secret_id, version), None, shop)

    for seconds, signing in ((0, kept.first), (CACHES_SECONDS, kept.first), (WAIT_SECONDS, version)):
        clock.advance(seconds)
        assert find_signing_key(shop.secrets, name, clock).version_id == signing
        assert tokens.verify(before).sub == CUSTOMER_ID
        assert tokens.verify(tokens.issue(signed_in(CUSTOMER_ID, Role.CUSTOMER))).sub == CUSTOMER_ID
