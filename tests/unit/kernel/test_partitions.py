from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from tests.fakes import CUSTOMER_ID, GUEST_ID, FakeClock

from tradewind.kernel.clock import ulid
from tradewind.kernel.partitions import GUEST_MARK, is_guest_id, owner_partition, shard_of


def test_ids_are_spread_over_all_shards() -> None:
    clock = FakeClock()
    counts = Counter(shard_of(ulid(clock), 4) for _ in range(1_000))
    assert set(counts) == {0, 1, 2, 3}
    assert min(counts.values()) > 150


def test_what_is_a_guests_stands_apart_from_what_is_a_customers() -> None:
    assert owner_partition(CUSTOMER_ID) == f"USER#{CUSTOMER_ID}"
    assert owner_partition(GUEST_ID) == f"GUEST#{GUEST_ID}"


def test_no_id_of_an_account_is_a_guests() -> None:
    clock = FakeClock()
    assert not any(is_guest_id(ulid(clock)) for _ in range(100))
    assert is_guest_id(f"{GUEST_MARK}{ulid(clock)}")
    assert ulid(FakeClock(datetime.max.replace(tzinfo=UTC))) < GUEST_MARK


def test_id_has_always_the_same_shard() -> None:
    assert {shard_of("01KAJ0RDER0000000000000001", 4) for _ in range(3)} == {1}
