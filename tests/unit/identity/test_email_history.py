from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from tests.fakes import CUSTOMER_ID, START

from tradewind.identity.email_history import append_change, list_open, undo_change
from tradewind.identity.model import UNDO_LIFETIME, PendingEmail, User
from tradewind.kernel.caller import Role
from tradewind_tools.memory.access import make_user

HOUR = timedelta(hours=1)
LATER = START + 10 * HOUR


def changed(*addresses: str, start: datetime = START) -> User:
    """An account whose address was changed once an hour, to each of these."""
    user = msgspec.structs.replace(make_user(CUSTOMER_ID, Role.CUSTOMER, start), email=addresses[0])
    for number, email in enumerate(addresses[1:], start=1):
        at = start + number * HOUR
        pending = PendingEmail(f"change-{number}", email, 1, requested_at=at)
        user = msgspec.structs.replace(user, email=email, previous_emails=append_change(user, pending, at))
    return user


def test_change_keeps_the_address_before_it_for_seven_days() -> None:
    [change] = changed("a", "b").previous_emails
    assert (change.change_id, change.email, change.undo_until) == ("change-1", "a", START + HOUR + UNDO_LIFETIME)
    assert change.is_open(change.undo_until - timedelta(milliseconds=1))
    assert not change.is_open(change.undo_until)


def test_change_forgets_what_cannot_be_undone_any_more() -> None:
    user, pending = changed("a", "b", "c"), PendingEmail("change-3", "d", 1, requested_at=START)
    at = START + HOUR + UNDO_LIFETIME
    assert [each.email for each in append_change(user, pending, at)] == ["b", "c"]
    assert [each.email for each in list_open(user, at)] == ["b"]


def test_undoing_a_change_frees_the_address_after_it() -> None:
    user = changed("a", "b")
    assert undo_change(user, user.previous_emails[0], LATER) == ((), {"b": None})


def test_undoing_the_first_change_undoes_the_second() -> None:
    user = changed("a", "b", "c")
    assert undo_change(user, user.previous_emails[0], LATER) == ((), {"c": None, "b": None})


def test_undoing_the_second_change_leaves_the_first_to_be_undone() -> None:
    user = changed("a", "b", "c")
    first, second = user.previous_emails
    assert undo_change(user, second, LATER) == ((first,), {"c": None})


def test_address_that_is_given_back_is_not_given_up() -> None:
    user = changed("a", "b", "a")
    assert undo_change(user, user.previous_emails[0], LATER) == ((), {"b": None})


def test_address_of_an_earlier_change_stays_locked() -> None:
    user = changed("a", "b", "a")
    first, second = user.previous_emails
    assert undo_change(user, second, LATER) == ((first,), {"a": first.undo_until})


def test_address_whose_lock_is_over_is_left_alone() -> None:
    """Somebody else may have it by now."""
    user = changed("a", "b", "c", "d")
    _, second, third = user.previous_emails
    at = START + HOUR + UNDO_LIFETIME
    assert undo_change(user, third, at) == ((second,), {"d": None})
