"""Tables in memory that count what is asked of them, or bring two readers together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from threading import Barrier

from tradewind.aws.table import Delete, Item, Key, Put, Update, Write
from tradewind_tools.memory.table import MemoryTable


class CountingTable(MemoryTable):
    """Notes its round trips in order."""

    def __init__(self) -> None:
        super().__init__()
        self.trips: list[str] = []

    def get_many(self, keys: Iterable[Key], *, consistent: bool = False) -> dict[Key, Item]:
        self.trips.append("read")
        return super().get_many(keys, consistent=consistent)

    def write(self, write: Put | Update | Delete) -> Item | None:
        self.trips.append("write")
        return super().write(write)

    def transact(self, writes: Sequence[Write]) -> None:
        self.trips.append("transact")
        super().transact(writes)


class RendezvousTable(MemoryTable):
    """Once asked to, lets a reader go on only when another has read, too: both have seen the same state."""

    def __init__(self) -> None:
        super().__init__()
        self._barrier: Barrier | None = None

    def synchronise_reads(self, readers: int) -> None:
        """Let the next read of each reader wait for those of the others; what they read afterwards does not wait."""
        self._barrier = Barrier(readers, action=self.stop_synchronising)

    def stop_synchronising(self) -> None:
        self._barrier = None

    def get_many(self, keys: Iterable[Key], *, consistent: bool = False) -> dict[Key, Item]:
        found = super().get_many(keys, consistent=consistent)
        if barrier := self._barrier:
            barrier.wait(timeout=10)
        return found
