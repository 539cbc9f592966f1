"""The scheduled jobs of identity."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from tradewind.aws.table import ConditionFailed, Put
from tradewind.edge.consumer import job
from tradewind.identity import reads, writes
from tradewind.identity.model import (
    REMIND_AFTER,
    REMIND_WITHIN,
    EmailVerificationOverdue,
    FactorRemoval,
    SecondFactorRemoved,
    User,
)
from tradewind.kernel.clock import ulid
from tradewind.shop import Shop

PER_SHARD = 250
"""Accounts of a shard that one run handles; the next run takes the rest."""


@job
def remind_unverified(shop: Shop) -> int:
    """Remind customers to verify their email address.

    An account that is unverified after a day gets one event EmailVerificationOverdue, which the reminder follows from.
    """
    now = shop.clock.now()
    return sum(_announce(user, now, shop) for user in _list_unverified(now, shop))


@job
def remove_lost_factors(shop: Shop) -> int:
    """Remove the second factors that the shop's people had removed, and by which nobody has signed in since."""
    now = shop.clock.now()
    due = [reads.query_due_factor_removals(shard, now, PER_SHARD) for shard in range(reads.FACTOR_REMOVAL_SHARDS)]
    removals = [reads.factor_removal_from(item) for query in due for item in shop.table.query(query).items]
    return sum(_remove_lost_factor(removal, now, shop) for removal in removals)


def _remove_lost_factor(removal: FactorRemoval, now: datetime, shop: Shop) -> bool:
    """Remove the factor, or forget the removal that is not wanted any more; return whether it was removed."""
    user, factor = reads.find_user(shop.table, removal.user_id), reads.find_factor(shop.table, removal.user_id)
    with suppress(ConditionFailed):  # somebody signed in by it meanwhile, or another run was faster
        if user is None or factor is None or user.second_factor_removal_at != removal.due_at:
            shop.table.write(writes.drop_factor_removal(removal))
            return False
        removed = SecondFactorRemoved(user.user_id)
        event = writes.record_user_event(removed, user.user_id, user.version + 1, shop.clock, ulid(shop.clock))
        shop.table.transact([*writes.remove_lost_factor(user, factor, removal, now), event])
        return True
    return False


def _list_unverified(now: datetime, shop: Shop) -> list[User]:
    queries = (reads.query_unverified(shard, now - REMIND_AFTER, PER_SHARD) for shard in range(reads.UNVERIFIED_SHARDS))
    return [reads.user_from(item) for query in queries for item in shop.table.query(query).items]


def _announce(user: User, now: datetime, shop: Shop) -> bool:
    """Record the event, and take the account off the list for good; return whether an event was recorded."""
    is_due = user.is_active and now - user.created_at <= REMIND_WITHIN
    events = [_record_overdue(user, shop)] if is_due else []
    with suppress(ConditionFailed):  # verified meanwhile, or another run was faster
        shop.table.transact([writes.mark_reminded(user.user_id), *events])
        return is_due
    return False


def _record_overdue(user: User, shop: Shop) -> Put:
    overdue = EmailVerificationOverdue(user.user_id)
    return writes.record_user_event(overdue, user.user_id, user.version, shop.clock, correlation_id=ulid(shop.clock))
