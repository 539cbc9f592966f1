"""No operation by which the shop's people change something can leave no record: each is called during the day."""

from __future__ import annotations

from tests.unit.blueprint.trading_day import TradingDay

from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.handlers import contract_of
from tradewind_tools.blueprint.model import Function, Route
from tradewind_tools.memory.table import MemoryTable


def test_every_operation_that_changes_something_for_the_shop_leaves_a_record(day: TradingDay) -> None:
    table = day.shop.table
    assert isinstance(table, MemoryTable)
    recorded = {item["operation"] for item in table.all_items() if item["PK"].startswith("AUDITLOG#")}
    assert recorded == {str(function.trigger) for function in FUNCTIONS if changes_something_for_the_shop(function)}


def changes_something_for_the_shop(function: Function) -> bool:
    if not isinstance(function.trigger, Route) or function.trigger.method == "GET":
        return False
    contract = contract_of(function)
    return contract.is_for_staff or contract.is_shared
