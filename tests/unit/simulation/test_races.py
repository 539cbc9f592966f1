from __future__ import annotations

from collections import Counter

from tradewind.aws.table import Key
from tradewind_tools.simulation.races import RACES, Race, RaceCounter
from tradewind_tools.simulation.scheduler import Task

ORDER = Key("USER#1", "ORDER#1")
EVENT = Key("ORDER#1", "EVENT#1")
STOCK = Key("PRODUCT#1", "STOCK")


def task(name: str) -> Task:
    return Task(name, 0, None, is_managed=False)


def write(races: RaceCounter, writer: Task, *keys: Key) -> None:
    races.record_attempt(writer, keys)
    races.record_write(writer, keys)


def test_writer_is_overtaken_when_another_task_wrote_after_it_had_read() -> None:
    races, cancel, confirm = RaceCounter(), task("order-cancel"), task("checkout-confirm-order")
    races.record_read(cancel, [ORDER])
    write(races, confirm, ORDER)
    races.record_attempt(cancel, [ORDER])
    assert races.overtakings == {("order-cancel", "checkout-confirm-order"): 1}


def test_order_and_its_partition_are_one_subject() -> None:
    races, cancel, confirm = RaceCounter(), task("order-cancel"), task("checkout-confirm-order")
    races.record_read(cancel, [ORDER])
    write(races, confirm, EVENT)
    races.record_attempt(cancel, [EVENT])
    assert races.overtakings.total() == 1


def test_writer_that_read_afterwards_or_something_else_is_not_overtaken() -> None:
    races, cancel, confirm = RaceCounter(), task("order-cancel"), task("checkout-confirm-order")
    races.record_read(cancel, [STOCK])
    write(races, confirm, ORDER, STOCK)
    races.record_read(cancel, [ORDER])
    races.record_attempt(cancel, [ORDER, STOCK])
    assert not races.overtakings


def test_overtaking_counts_once_however_often_the_writer_tries() -> None:
    races, cancel, confirm = RaceCounter(), task("order-cancel"), task("checkout-confirm-order")
    races.record_read(cancel, [ORDER])
    write(races, confirm, ORDER)
    for _ in range(3):
        races.record_attempt(cancel, [ORDER])
    assert races.overtakings.total() == 1


def test_race_counts_both_directions_and_each_pair_once() -> None:
    race = Race("a", ("x",), ("y", "z"))
    assert race.count(Counter({("x", "y"): 2, ("z", "x"): 3, ("y", "z"): 4, ("x", "x"): 5})) == 5
    assert Race("b", ("x",), ("x",)).count(Counter({("x", "x"): 5})) == 5


def test_names_of_races_are_unique() -> None:
    assert len({race.name for race in RACES}) == len(RACES)
