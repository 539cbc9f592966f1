"""What identity does on a schedule."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from tradewind.aws.table import ConditionFailed, Put
from tradewind.edge.consumer import job
from tradewind.identity import accounts, store
from tradewind.identity.model import REMIND_AFTER, REMIND_WITHIN, EmailVerificationOverdue, User
from tradewind.kernel.clock import ulid
from tradewind.shop import Shop

PER_SHARD = 250
"""Accounts of a shard that one run looks at: those that are left are found by the next."""


@job
def remind_unverified(shop: Shop) -> int:
    """Announce each account whose address has gone unverified for a day, once; a letter follows from the event."""
    now = shop.clock.now()
    return sum(_announced(user, now, shop) for user in _unverified(now, shop))


def _unverified(now: datetime, shop: Shop) -> list[User]:
    queries = (store.unverified(shard, now - REMIND_AFTER, PER_SHARD) for shard in range(store.UNVERIFIED_SHARDS))
    return [store.user_from(item) for query in queries for item in shop.table.query(query).items]


def _announced(user: User, now: datetime, shop: Shop) -> bool:
    """Whether the event was told; the account leaves the index in the same transaction, and for good."""
    told = _told(user, shop) if user.is_active and now - user.created_at <= REMIND_WITHIN else []
    with suppress(ConditionFailed):  # verified meanwhile, or another run was faster
        shop.table.transact([store.reminded(user.user_id), *told])
        return bool(told)
    return False


def _told(user: User, shop: Shop) -> list[Put]:
    fact = EmailVerificationOverdue(user.user_id)
    return [accounts.told_of(fact, user.user_id, user.version, shop.clock, correlation_id=ulid(shop.clock))]
