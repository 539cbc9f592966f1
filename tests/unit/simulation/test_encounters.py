from __future__ import annotations

from collections import Counter

from tradewind.aws.table import Key
from tradewind_tools.simulation.encounters import RACES, Encounters, Race
from tradewind_tools.simulation.scheduler import Task

ORDER = Key("USER#1", "ORDER#1")
EVENT = Key("ORDER#1", "EVENT#1")
STOCK = Key("PRODUCT#1", "STOCK")


def task(name: str) -> Task:
    return Task(name, 0, None, endures=False)


def test_who_writes_after_somebody_else_wrote_to_what_it_had_read_was_overtaken() -> None:
    encounters, cancel, confirm = Encounters(), task("order-cancel"), task("checkout-confirm-order")
    encounters.looked(cancel, [ORDER])
    encounters.writes(confirm, [ORDER])
    encounters.wrote(confirm, [ORDER])
    encounters.writes(cancel, [ORDER])
    assert encounters.overtaken == {("order-cancel", "checkout-confirm-order"): 1}


def test_an_order_and_its_partition_are_one_subject() -> None:
    encounters, cancel, confirm = Encounters(), task("order-cancel"), task("checkout-confirm-order")
    encounters.looked(cancel, [ORDER])
    encounters.writes(confirm, [EVENT])
    encounters.wrote(confirm, [EVENT])
    encounters.writes(cancel, [EVENT])
    assert encounters.overtaken.total() == 1


def test_who_looks_afterwards_or_elsewhere_was_not_overtaken() -> None:
    encounters, cancel, confirm = Encounters(), task("order-cancel"), task("checkout-confirm-order")
    encounters.looked(cancel, [STOCK])
    encounters.writes(confirm, [ORDER, STOCK])
    encounters.wrote(confirm, [ORDER, STOCK])
    encounters.looked(cancel, [ORDER])
    encounters.writes(cancel, [ORDER, STOCK])
    assert not encounters.overtaken


def test_one_overtaking_counts_once_however_often_is_written() -> None:
    encounters, cancel, confirm = Encounters(), task("order-cancel"), task("checkout-confirm-order")
    encounters.looked(cancel, [ORDER])
    encounters.writes(confirm, [ORDER])
    encounters.wrote(confirm, [ORDER])
    for _ in range(3):
        encounters.writes(cancel, [ORDER])
    assert encounters.overtaken.total() == 1


def test_a_race_counts_whoever_was_faster_and_every_pair_once() -> None:
    race = Race("a", ("x",), ("y", "z"))
    assert race.count(Counter({("x", "y"): 2, ("z", "x"): 3, ("y", "z"): 4, ("x", "x"): 5})) == 5
    assert Race("b", ("x",), ("x",)).count(Counter({("x", "x"): 5})) == 5


def test_races_are_named_once() -> None:
    assert len({race.name for race in RACES}) == len(RACES)
