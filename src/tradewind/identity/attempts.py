"""How often a password or a second factor may be tried: each attempt is counted before it is verified.

However many come at once. Whoever shows a refresh token of the account, of a session that may long be over, has a count
of their own: the wrong guesses of a stranger who knows the address do not keep them out. An address of callers has a
count, too, over all accounts, which comes first: a spray of guesses ends there, and leaves no trace at the accounts.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from tradewind.aws.table import ConditionFailed, Key, Table, TableBusy
from tradewind.edge import caller_address
from tradewind.identity import reads, writes
from tradewind.identity.errors import InvalidRefreshToken, TooManyAttempts
from tradewind.identity.sessions import parse_refresh_token
from tradewind.kernel.clock import Clock, epoch_seconds
from tradewind.shop import Shop

_MAX_CONFLICTS = 3
_SHORT_PAUSE_SECONDS = 1


def take_attempt(key: Key, table: Table, clock: Clock) -> None:
    """Count an attempt at a password or a second factor.

    Raises TooManyAttempts, and counts nothing, before the pause is over.
    """
    for _ in range(_MAX_CONFLICTS):
        now = clock.now()
        seen = reads.find_attempts(table, key)
        if seen is not None and not seen.are_forgotten(now):
            _refuse_early(seen.retry_at, now)
        try:
            table.write(writes.count_attempt(key, seen, now))
        except ConditionFailed:
            continue
        except TableBusy:  # many attempts at one counter: what cannot be counted is not verified
            break
        return
    raise _too_many_attempts(_SHORT_PAUSE_SECONDS)


def take_address_attempt(address: str, shop: Shop) -> Key | None:
    """Count an attempt, and return where; None where no limit is set, or the address is not known.

    Raises TooManyAttempts.
    """
    limit = shop.settings.sign_in_attempts_limit
    if not limit or not address:
        return None
    now = shop.clock.now()
    until = caller_address.window_end(now)
    key = reads.address_attempts_key(address, until)
    try:
        shop.table.write(caller_address.count_attempt(key, until, limit))
    except ConditionFailed:
        raise _too_many_attempts(max(1, until - epoch_seconds(now))) from None
    except TableBusy:  # what cannot be counted is not verified
        raise _too_many_attempts(_SHORT_PAUSE_SECONDS) from None
    return key


def give_back_address_attempt(key: Key | None, shop: Shop) -> None:
    """Give an attempt back that was right; where that fails, it counts until its hour is over."""
    if key is not None:
        with suppress(ConditionFailed, TableBusy):
            shop.table.write(caller_address.give_back_attempt(key))


def find_key(email: str, refresh_token: str | None, table: Table) -> Key:
    """Find where attempts to sign in with this address are counted: for all, or for a device known to the account."""
    if refresh_token is None:
        return reads.sign_in_attempts_key(email)
    try:
        token = parse_refresh_token(refresh_token)
    except InvalidRefreshToken:
        return reads.sign_in_attempts_key(email)
    found = reads.find_user_and_session(table, token.user_id, token.session_id)
    is_known = found is not None and found[0].email == email and token.is_of_family(found[1])
    return reads.sign_in_attempts_key(email, token.session_id if is_known else None)


def _refuse_early(retry_at: int, now: datetime) -> None:
    wait_seconds = retry_at - epoch_seconds(now)
    if wait_seconds > 0:
        raise _too_many_attempts(wait_seconds)


def _too_many_attempts(wait_seconds: int) -> TooManyAttempts:
    return TooManyAttempts(
        "There were too many wrong attempts. Please try again later.", retry_after_seconds=wait_seconds
    )
