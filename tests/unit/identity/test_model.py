from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import START

from tradewind.identity.model import (
    ACCOUNT,
    SESSION,
    session_end,
)
from tradewind.kernel.caller import AccountStatus, SessionStatus
from tradewind.kernel.clock import epoch_seconds


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
