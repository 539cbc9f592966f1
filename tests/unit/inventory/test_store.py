from __future__ import annotations

import pytest
from tests.fakes import ADMIN_ID, FakeClock

from tradewind.aws.table import ConditionFailed, Update
from tradewind.inventory import store
from tradewind.inventory.model import adjusted
from tradewind.inventory.public import opening
from tradewind_tools.memory.table import MemoryTable


def test_a_replacement_leaves_what_it_does_not_change_and_loses_to_any_other_change() -> None:
    table = MemoryTable()
    table.transact(opening("shirt", 12, by=ADMIN_ID, clock=FakeClock()))
    before = store.stock_from(table.get(store.stock_key("shirt")) or {})
    replacement = store.replacement(adjusted(before, -2), before.version)

    table.write(replacement)
    assert store.stock_from(table.get(store.stock_key("shirt")) or {}) == adjusted(before, -2)

    table.write(Update(store.stock_key("shirt"), add={"reserved": 1, "available": -1, "version": 1}))
    with pytest.raises(ConditionFailed):
        table.write(replacement)
