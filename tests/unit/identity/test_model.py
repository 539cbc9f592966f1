from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import START

from tradewind.identity.errors import InvalidEmail
from tradewind.identity.model import (
    ACCOUNT,
    EMAIL_MAX_LENGTH,
    SESSION,
    AccountStatus,
    SessionStatus,
    fold_email,
    normalise_email,
    session_end,
)
from tradewind.kernel.clock import epoch_seconds


@pytest.mark.parametrize(
    ("written", "known_as"),
    [
        ("ada@example.com", "ada@example.com"),
        ("  Ada.Lovelace@Example.COM \n", "ada.lovelace@example.com"),
        ("\uff41\uff44\uff41@example.com", "ada@example.com"),
        ("STRASSE@example.de", "strasse@example.de"),
        ("straße@example.de", "strasse@example.de"),
        ("o'hara+shop@mail.example.co.uk", "o'hara+shop@mail.example.co.uk"),
        ("ada@bücher.example", "ada@bücher.example"),
    ],
)
def test_address_is_normalised(written: str, known_as: str) -> None:
    assert normalise_email(written) == known_as


@pytest.mark.parametrize(
    "written",
    [
        "",
        "@",
        "ada",
        "ada@",
        "@example.com",
        "ada@example",
        "ada@example.c",
        "ada@example..com",
        "ada@.example.com",
        "ada@" + "x" * 64 + ".com",
        "ädä@example.com",
        "ada@@example.com",
        "ada@exa\uff20mple.com",
        "a da@example.com",
        "ada\u00a0b@example.com",
        "ada\n@example.com",
        "ada\x00@example.com",
        "Ada <ada@example.com>",
        "ada@example.com,eve@example.com",
        "ada@example.com\r\nBcc: eve@example.com",
        "a" * EMAIL_MAX_LENGTH + "@example.com",
    ],
)
def test_invalid_address_is_refused(written: str) -> None:
    with pytest.raises(InvalidEmail) as refusal:
        normalise_email(written)
    assert [detail.field for detail in refusal.value.details] == ["email"]


@given(st.emails())
def test_normalising_a_usual_address_twice_changes_nothing(written: str) -> None:
    known = normalise_email(written)
    assert normalise_email(known) == known == normalise_email(f" {written.upper()} ")


@given(st.text())
def test_fold_accepts_any_text_and_strips_space(written: str) -> None:
    folded = fold_email(written)
    assert folded == folded.strip()


def test_account_can_be_closed_and_reopened() -> None:
    assert ACCOUNT.first is AccountStatus.ACTIVE
    assert ACCOUNT.allows(AccountStatus.ACTIVE, AccountStatus.DISABLED)
    assert ACCOUNT.allows(AccountStatus.DISABLED, AccountStatus.ACTIVE)


def test_a_revoked_session_stays_revoked() -> None:
    assert SESSION.first is SessionStatus.ACTIVE
    assert SESSION.is_final(SessionStatus.REVOKED)


@given(st.integers(min_value=0, max_value=60 * 24 * 3600))
def test_a_session_ends_a_week_after_its_last_use_and_a_month_after_its_first(age_seconds: int) -> None:
    now = START + timedelta(seconds=age_seconds)
    end = session_end(START, now)
    assert end == min(epoch_seconds(now) + 7 * 86_400, epoch_seconds(START) + 30 * 86_400)
