"""The partitions of the table in which several services keep items, and how ids are spread over shards."""

from __future__ import annotations

GUEST_MARK = "G"
"""What the id of a guest begins with."""


def order_partition(order_id: str) -> str:
    """Lines, events, reservations and payments of an order; the order itself stands with its customer."""
    return f"ORDER#{order_id}"


def product_partition(product_id: str) -> str:
    """A product, its variants, their stock and its movements."""
    return f"PRODUCT#{product_id}"


def user_partition(user_id: str) -> str:
    """An account, its sessions, cart, orders and notifications."""
    return f"USER#{user_id}"


def is_guest_id(owner_id: str) -> bool:
    """Whether it is a guest's: `G` and a ULID. An account's id is a ULID alone, which begins with a digit up to 7."""
    return owner_id.startswith(GUEST_MARK)


def owner_partition(owner_id: str) -> str:
    """What belongs to an account or to a guest, whose ids differ: no guest's id leads into an account's partition."""
    return f"GUEST#{owner_id}" if is_guest_id(owner_id) else user_partition(owner_id)


def shard_of(ulid: str, shards: int) -> int:
    """The same shard for the same id: its last character is random."""
    return int(ulid[-1], 36) % shards
