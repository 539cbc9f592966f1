"""What the shop's people change is recorded with the change; what customers do is not, and costs nothing more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.fakes import (
    ADMIN_ID,
    CALLER_ADDRESS,
    STAFF_ID,
    Event,
    admin_event,
    call,
    customer_event,
    make_shop,
    staff_event,
)

from tradewind.aws.table import (
    Absent,
    AtLeast,
    Check,
    ConditionFailed,
    Delete,
    Equals,
    Item,
    Key,
    Put,
    Query,
    Update,
    Write,
)
from tradewind.edge.audit import MAX_CHANGES, Act, AuditedTable, name_thing
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.edge.messages import RequestMessage
from tradewind.kernel.caller import Permission, Role
from tradewind.kernel.clock import epoch_seconds
from tradewind.shop import Shop
from tradewind_tools.memory.table import MemoryTable

LAMP = Key("PRODUCT#lamp", "PRODUCT")
ACT = Act("someone", Role.STAFF, "PUT /lamps/{lampId}", "lamp:1", CALLER_ADDRESS, "request-1")


class LampPath(RequestMessage, frozen=True):
    lamp_id: str


@endpoint(permission=Permission.CATALOGUE, params=LampPath, status=204)
def paint_lamp(_: Request[Empty, LampPath], shop: Shop) -> None:
    """Paint a lamp."""
    seen = shop.table.get(LAMP)
    unchanged = Equals("colour", seen["colour"]) if seen else Absent()
    shop.table.transact([Update(LAMP, set={"colour": "red"}, add={"version": 1}, when=(unchanged,))])


@endpoint(role=Role.CUSTOMER, permission=Permission.CATALOGUE, status=204)
def touch_lamp(_: Request[Empty, Empty], shop: Shop) -> None:
    """Touch a lamp."""
    shop.table.write(Update(LAMP, add={"touched": 1}))


class BellPath(RequestMessage, frozen=True):
    queue: str


@endpoint(permission=Permission.OPERATIONS, params=BellPath, status=204, connects_to=())
def ring_bell(_: Request[Empty, BellPath], __: Shop) -> None:
    """Ring a bell, of which no table knows."""


@pytest.fixture
def table() -> MemoryTable:
    return MemoryTable()


@pytest.fixture
def shop(table: MemoryTable) -> Shop:
    return make_shop(table=table)


@pytest.fixture
def audited(shop: Shop, table: MemoryTable) -> AuditedTable:
    return AuditedTable(table, ACT, shop.clock)


def asked(event: Event, method: str = "PUT") -> Event:
    return {**event, "httpMethod": method, "resource": "/lamps/{lampId}"}


def acts(table: MemoryTable) -> list[Item]:
    return [item for item in table.all_items() if item["PK"].startswith("AUDITLOG#")]


def changes(table: MemoryTable) -> list[Item]:
    return [item for item in table.all_items() if item["PK"].startswith("AUDITED#")]


class TestFrame:
    def test_act_says_who_did_what_when_and_where_from(self, shop: Shop, table: MemoryTable) -> None:
        event = staff_event({}, permissions=[Permission.CATALOGUE], path={"lampId": "a%20b"})
        assert call(paint_lamp, asked(event), shop)[0] == 204
        [act] = acts(table)
        said = {name: act[name] for name in ("actorId", "role", "operation", "thing", "address", "correlationId")}
        assert said == {
            "actorId": STAFF_ID,
            "role": "staff",
            "operation": "PUT /lamps/{lampId}",
            "thing": "lamp:a b",
            "address": CALLER_ADDRESS,
            "correlationId": "request-1",
        }
        assert act["expiresAt"] == epoch_seconds(shop.clock.now() + timedelta(days=730))

    def test_refused_act_is_not_recorded(self, shop: Shop, table: MemoryTable) -> None:
        table.write(Put({"PK": LAMP.pk, "SK": LAMP.sk}))
        with pytest.raises(ConditionFailed):
            AuditedTable(table, ACT, shop.clock).transact([Put({"PK": LAMP.pk, "SK": LAMP.sk}, when=(Absent(),))])
        assert call(paint_lamp, asked(staff_event({}, path={"lampId": "1"})), shop)[0] == 403
        assert acts(table) == []

    def test_reading_is_no_act(self, shop: Shop, table: MemoryTable) -> None:
        call(paint_lamp, asked(admin_event(path={"lampId": "1"}), "GET"), shop)
        assert acts(table) == []

    def test_customers_are_not_recorded(self, shop: Shop, table: MemoryTable) -> None:
        assert call(touch_lamp, asked(customer_event({})), shop)[0] == 204
        assert len(table.all_items()) == 1

    def test_act_outside_the_table_is_recorded_beforehand(self, shop: Shop, table: MemoryTable) -> None:
        assert call(ring_bell, asked(admin_event({}, path={"queue": "email-queue"}), "POST"), shop)[0] == 204
        assert [(act["actorId"], act["thing"], act["changes"]) for act in acts(table)] == [
            (ADMIN_ID, "queue:email-queue", [])
        ]


class TestRecord:
    def test_change_and_record_are_one_transaction(self, audited: AuditedTable, table: MemoryTable) -> None:
        written: list[int] = []
        transact = table.transact

        def count(writes: list[Write]) -> None:
            written.append(len(writes))
            transact(writes)

        table.transact = count  # type: ignore[assignment, method-assign]
        audited.write(Put({"PK": LAMP.pk, "SK": LAMP.sk, "colour": "red"}))
        assert written == [3]

    def test_what_was_before_is_what_the_handler_read(self, audited: AuditedTable, table: MemoryTable) -> None:
        table.write(Put({"PK": LAMP.pk, "SK": LAMP.sk, "colour": "blue", "watts": 5, "version": 1}))
        audited.get(LAMP)
        item = audited.write(Update(LAMP, set={"colour": "red"}, add={"version": 1}, remove=("watts",)))
        assert item == {"PK": LAMP.pk, "SK": LAMP.sk, "colour": "red", "version": 2}
        [change] = changes(table)
        assert (change["before"], change["after"]) == (
            {"colour": "blue", "watts": 5, "version": 1},
            {"colour": "red", "version": 2},
        )
        assert change["isKnown"] is True
        assert acts(table)[0]["changes"] == [[change["PK"], change["SK"]]]

    def test_of_what_was_not_read_only_what_is_written_is_known(
        self, audited: AuditedTable, table: MemoryTable
    ) -> None:
        audited.write(Update(LAMP, set={"colour": "red"}, add={"version": 1}, set_once={"made": 1}))
        [change] = changes(table)
        assert (change["before"], change["after"], change["isKnown"]) == ({}, {"colour": "red", "made": 1}, False)

    @pytest.mark.parametrize("way", ["get_many", "query"])
    def test_deleted_item_is_kept_as_it_was(self, audited: AuditedTable, table: MemoryTable, way: str) -> None:
        table.write(Put({"PK": LAMP.pk, "SK": LAMP.sk, "colour": "blue"}))
        if way == "query":
            audited.query(Query(LAMP.pk))
        else:
            audited.get_many([LAMP])
        assert audited.write(Delete(LAMP)) is None
        [change] = changes(table)
        assert (change["before"], change["after"]) == ({"colour": "blue"}, {})

    def test_secrets_and_keys_are_left_out(self, audited: AuditedTable, table: MemoryTable) -> None:
        secrets = {"passwordHash": "x", "paymentToken": "x", "salt": "x", "GSI1PK": "EMAIL#ada@example.com"}
        audited.write(Put({"PK": "USER#1", "SK": "PROFILE", "firstName": "Ada", **secrets}))
        assert [change["after"] for change in changes(table)] == [{"firstName": "Ada"}]

    def test_reason_is_left_out_beside_an_order_alone(self, audited: AuditedTable, table: MemoryTable) -> None:
        for partition in ("ORDER#1", "PRODUCT#1"):
            audited.write(Put({"PK": partition, "SK": "NOTE", "reason": "Ada says so"}))
        assert [bool(each["after"]) for each in sorted(changes(table), key=lambda each: str(each["PK"]))] == [
            False,
            True,
        ]

    def test_large_image_is_recorded_by_its_names(self, audited: AuditedTable, table: MemoryTable) -> None:
        audited.write(Put({"PK": LAMP.pk, "SK": LAMP.sk, "text": "x" * 40_000, "size": 1}))
        assert [change["after"] for change in changes(table)] == [{"leftOut": ["size", "text"]}]

    def test_bookkeeping_alone_is_no_act(self, audited: AuditedTable, table: MemoryTable) -> None:
        audited.write(Put({"PK": "IDEMPOTENCY#1", "SK": "REQUEST"}))
        audited.transact([Put({"PK": LAMP.pk, "SK": "EVENT#1"}), Check(LAMP, when=(Absent(),))])
        assert acts(table) == []

    def test_many_changes_are_counted(self, audited: AuditedTable, table: MemoryTable) -> None:
        audited.transact([Put({"PK": f"PRODUCT#{each}", "SK": "STOCK"}) for each in range(MAX_CHANGES + 2)])
        [act] = acts(table)
        assert (len(act["changes"]), act["changesLeftOut"], len(changes(table))) == (MAX_CHANGES, 2, MAX_CHANGES)

    def test_record_of_a_full_transaction_goes_first(self, audited: AuditedTable, table: MemoryTable) -> None:
        audited.transact([Put({"PK": f"PRODUCT#{each}", "SK": "STOCK"}) for each in range(100)])
        assert len(acts(table)) == 1
        assert len(table.all_items()) == 100 + 1 + MAX_CHANGES

    @pytest.mark.parametrize(
        ("key", "thing"),
        [
            (Key("PRODUCT#mug", "PRODUCT"), "product:mug"),
            (Key("USER#1", "ORDER#2"), "order:2"),
            (Key("USER#1", "PROFILE"), "user:1"),
        ],
    )
    def test_thing_without_an_id_in_the_path_is_that_of_the_first_change(
        self, shop: Shop, table: MemoryTable, key: Key, thing: str
    ) -> None:
        act = Act("someone", Role.ADMIN, "POST /lamps", "", "", "request-1")
        AuditedTable(table, act, shop.clock).write(Put({"PK": key.pk, "SK": key.sk}))
        assert [each["thing"] for each in acts(table)] == [thing]

    def test_failed_positions_are_those_of_the_handlers_own_writes(self, audited: AuditedTable) -> None:
        fails: Any = AtLeast("version", 1)
        with pytest.raises(ConditionFailed) as failure:
            audited.transact([Put({"PK": "A#1", "SK": "A"}), Update(LAMP, set={"a": 1}, when=(fails,))])
        assert failure.value.positions == (1,)


@pytest.mark.parametrize(
    ("in_path", "thing"), [({}, ""), ({"orderId": "1"}, "order:1"), ({"productId": "1", "queue": "2"}, "queue:2")]
)
def test_thing_is_named_by_the_last_parameter_of_the_path(in_path: dict[str, str], thing: str) -> None:
    assert name_thing(in_path) == thing
