"""The job that goes on with deletions: after the grace, at the date of what is locked, and where an event was lost."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from tradewind.aws.table import ConditionFailed, Item
from tradewind.edge.consumer import job
from tradewind.kernel.clock import ulid
from tradewind.privacy import reads, writes
from tradewind.privacy.model import DELETION_SHARDS, AccountErasureDue
from tradewind.shop import Shop

PER_SHARD: Final = 100
"""Deletions of a shard that one run handles; the next run takes the rest."""


@job
def continue_deletions(shop: Shop) -> int:
    """Let deletions go on that have something to do; each gets an event, and is looked at again a day later."""
    now = shop.clock.now()
    due = (
        item for shard in range(DELETION_SHARDS) for item in reads.list_due_deletions(shop.table, shard, now, PER_SHARD)
    )
    return sum(_announce(item, shop) for item in due)


def _announce(item: Item, shop: Shop) -> bool:
    """Record the event; return whether this run did."""
    user_id, postponed = item["userId"], writes.postpone_deletion(item, shop.clock.now() + writes.LOOK_AGAIN_AFTER)
    event = writes.record_event(AccountErasureDue(user_id), user_id, shop.clock, ulid(shop.clock))
    with suppress(ConditionFailed):  # another run was faster
        shop.table.transact([postponed, event])
        return True
    return False
