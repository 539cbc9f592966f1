from __future__ import annotations

from collections import Counter

from tests.fakes import FakeClock

from tradewind.kernel.clock import ulid
from tradewind.kernel.partitions import shard_of


def test_ids_are_spread_over_all_shards() -> None:
    clock = FakeClock()
    counts = Counter(shard_of(ulid(clock), 4) for _ in range(1_000))
    assert set(counts) == {0, 1, 2, 3}
    assert min(counts.values()) > 150


def test_id_has_always_the_same_shard() -> None:
    assert {shard_of("01KAJ0RDER0000000000000001", 4) for _ in range(3)} == {1}
