from __future__ import annotations

from random import Random

import msgspec
import pytest

from tradewind.aws.events import record_event
from tradewind.aws.table import Key, Put, Update
from tradewind.edge.access import user_key
from tradewind.identity.accounts import register
from tradewind.kernel.caller import Role
from tradewind.kernel.clock import iso
from tradewind.kernel.events import Event
from tradewind.privacy.model import Deletion
from tradewind.privacy.writes import insert_deletion, remove_item
from tradewind_tools.memory.access import make_user
from tradewind_tools.simulation.erasure_invariants import find_violations
from tradewind_tools.simulation.faults import PlannedFaults
from tradewind_tools.simulation.table_snapshot import TableSnapshot
from tradewind_tools.simulation.world import World

USER = "01KAJ0HDER0000000000000001"
EMAIL = f"{USER.lower()}@example.com"


@pytest.fixture
def world() -> World:
    """With an account that was deleted and erased, but for what a test leaves there."""
    world = World(Random(1), PlannedFaults({}))
    table, clock = world.table.truth, world.clock
    register(make_user(USER, Role.CUSTOMER, clock.now()), table, clock, "test")
    for kind in ("AccountDeletionRequested", "AccountErased"):
        table.write(record_event(deletion_event(kind, world), f"USER#{USER}"))
    table.write(insert_deletion(Deletion(USER, clock.now(), requested_by=USER)))
    table.write(Update(deletion_key(world), set={"erasedAt": iso(clock.now())}, remove=("GSI2PK", "GSI2SK")))
    table.write(Update(user_key(USER), set={"status": "deleting"}))
    for item in table.all_items():
        if not item["SK"].startswith(("EVENT#", "DELETION")):
            table.write(remove_item(item))
    return world


def deletion_event(kind: str, world: World) -> Event:
    data = {"userId": USER, "requestedBy": USER}
    return Event(f"event-{kind}", kind, 1, world.clock.now(), USER, 1, "test", data)


def deletion_key(world: World) -> Key:
    (deletion,) = world.table.truth.all_items("DELETION")
    return Put(deletion).key


def violations(world: World) -> list[str]:
    return list(find_violations(TableSnapshot(world), world))


def leave(world: World, partition: str, sort: str, **attributes: object) -> None:
    world.table.truth.write(Put({"PK": partition, "SK": sort, **attributes}))


def test_account_of_which_nothing_is_left_is_erased(world: World) -> None:
    assert violations(world) == []


def test_account_whose_deletion_was_stopped_is_still_there(world: World) -> None:
    table = world.table.truth
    register(make_user(USER, Role.CUSTOMER, world.clock.now()), table, world.clock, "test")
    assert violations(world) == [f"account {USER}: was erased although its deletion was stopped"]
    (erased,) = [item for item in table.all_items("EVENT#") if item["type"] == "AccountErased"]
    table.write(Put({**erased, "type": "AccountErasureDue"}))
    assert violations(world) == []


def test_what_was_to_be_removed_and_is_left_is_a_violation(world: World) -> None:
    leave(world, f"USER#{USER}", "CART#mug", quantity=1)
    leave(world, f"FACTOR#{USER}", "ACTIVE")
    assert sorted(violations(world)) == [
        f"account {USER}: FACTOR#{USER} ACTIVE is left",
        f"account {USER}: USER#{USER} CART#mug is left",
    ]


def test_item_of_an_unknown_kind_is_a_violation(world: World) -> None:
    leave(world, f"USER#{USER}", "SURPRISE")
    assert violations(world) == [f"account {USER}: USER#{USER} SURPRISE is left, of a kind that nobody knows"]


def test_address_that_stands_anywhere_is_a_violation_unless_it_expires(world: World) -> None:
    leave(world, "EXPORT#1", "PART#0001", content=f"of {EMAIL}", expiresAt=1)
    assert violations(world) == []
    leave(world, "SUPPLIER#mug", "DETAILS", email=EMAIL)
    assert violations(world) == [f"account {USER}: SUPPLIER#mug DETAILS still names {EMAIL}"]


def test_address_that_is_somebody_elses_by_now_is_none_of_its(world: World) -> None:
    other = msgspec.structs.replace(make_user(f"{USER[:-1]}2", Role.CUSTOMER, world.clock.now()), email=EMAIL)
    register(other, world.table.truth, world.clock, "test")
    assert violations(world) == []


def test_deletion_that_never_ended_or_is_due_is_a_violation(world: World) -> None:
    table, key = world.table.truth, deletion_key(world)
    table.write(Update(key, set={"GSI2PK": "DELETION_DUE#1", "GSI2SK": "2026-01-01"}))
    assert violations(world) == [f"account {USER}: something of it was due at 2026-01-01"]
    table.write(Update(key, remove=("erasedAt",)))
    assert violations(world) == [f"account {USER}: is deleted, and was never erased"]
