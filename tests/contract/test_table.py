"""What every table does: one class, run unchanged against the table in memory and against DynamoDB's stand-in."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from tests.contract.conftest import Subject

from tradewind.aws.table import (
    Absent,
    AnyOf,
    AtLeast,
    AtMost,
    Check,
    Condition,
    ConditionFailed,
    Delete,
    Equals,
    Item,
    Key,
    OneOf,
    Present,
    Put,
    Query,
    QueryResult,
    Table,
    Update,
    Write,
    query_all,
)

KEY = Key("PRODUCT#shirt", "STOCK")
THREADS = 8
TRIES_PER_THREAD = 40
PIECES = 100


def item(pk: str, sk: str, **attributes: Any) -> Item:  # noqa: ANN401 - whatever an attribute can hold
    return {"PK": pk, "SK": sk, **attributes}


def stock(**attributes: Any) -> Item:  # noqa: ANN401 - the same
    return item(*KEY, **attributes)


def listed(sort_key: str, *, pk: str, index: str = "GSI1", in_partition: str = "shirts") -> Item:
    return item(pk, "METADATA", **{f"{index}PK": in_partition, f"{index}SK": sort_key})


def fill(table: Table, partition: str, sort_keys: list[str]) -> None:
    for sort_key in sort_keys:
        table.write(Put(item(partition, sort_key)))


def sort_keys(page: QueryResult) -> list[str]:
    return [each["SK"] for each in page.items]


def pages(table: Table, query: Query) -> list[QueryResult]:
    found = [table.query(query)]
    while found[-1].last is not None:
        found.append(table.query(msgspec.structs.replace(query, start=found[-1].last)))
    return found


def succeeds(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except ConditionFailed:
        return False
    return True


class TestTable:
    def test_item_comes_back_as_it_went_in(self, table: Table) -> None:
        given = stock(
            name="Größe ✓", units=-5, huge=2**53 + 1, nothing=None, yes=True, raw=b"\x00", of=[1, {"a": [""]}]
        )
        table.write(Put(given))
        assert table.get(KEY) == given
        assert table.get(KEY, consistent=True) == given

    @pytest.mark.parametrize(("given", "kept"), [(1.5, 1.5), (2.0, 2), (Decimal("1.50"), 1.5), (Decimal(3), 3)])
    def test_there_is_one_type_of_number(self, table: Table, given: object, kept: float) -> None:
        table.write(Put(stock(number=given)))
        number = (table.get(KEY) or {})["number"]
        assert (type(number), number) == (type(kept), kept)

    def test_set_comes_back_as_a_set(self, table: Table) -> None:
        table.write(Put(stock(tags={"blue", "red"})))
        assert table.get(KEY) == stock(tags={"blue", "red"})

    def test_what_is_not_there_is_none(self, table: Table) -> None:
        assert table.get(KEY) is None

    def test_put_replaces_the_whole_item(self, table: Table) -> None:
        table.write(Put(stock(available=1)))
        assert table.write(Put(stock(sold=2))) is None
        assert table.get(KEY) == stock(sold=2)

    def test_later_changes_of_what_went_in_or_came_out_stay_outside(self, table: Table) -> None:
        given = stock(tags=["blue"])
        table.write(Put(given))
        given["tags"].append("red")
        (table.get(KEY) or {})["tags"].append("green")
        assert table.get(KEY) == stock(tags=["blue"])

    @pytest.mark.parametrize("value", [(1, 2), object(), set(), {1: "x"}, float("nan"), float("inf")])
    def test_value_that_dynamodb_cannot_hold_is_refused(self, subject: Subject, value: object) -> None:
        with pytest.raises(subject.refusals):
            subject.table.write(Put(stock(value=value)))
        assert subject.table.get(KEY) is None

    def test_empty_key_is_refused(self, subject: Subject) -> None:
        with pytest.raises(subject.refusals):
            subject.table.write(Put(item("", "STOCK")))
        with pytest.raises(subject.refusals):
            subject.table.get(Key("PRODUCT#shirt", ""))
        with pytest.raises(subject.refusals):
            subject.table.query(Query(""))

    @pytest.mark.parametrize("bounds", [("", "2"), ("1", "")])
    def test_empty_bound_of_a_key_is_refused(self, subject: Subject, bounds: tuple[str, str]) -> None:
        with pytest.raises(subject.refusals):
            subject.table.query(Query("A", between=bounds))

    def test_item_has_at_most_400_kb(self, subject: Subject) -> None:
        overhead = len("PK" + KEY.pk + "SK" + KEY.sk + "text")
        subject.table.write(Put(stock(text="x" * (400 * 1024 - overhead))))
        with pytest.raises(subject.refusals):
            subject.table.write(Put(stock(text="x" * (400 * 1024 - overhead + 1))))

    def test_get_many_gives_what_exists(self, table: Table) -> None:
        fill(table, "A", ["1", "2"])
        found = table.get_many([Key("A", "1"), Key("A", "2"), Key("A", "3"), Key("A", "1")])
        assert found == {Key("A", "1"): item("A", "1"), Key("A", "2"): item("A", "2")}

    def test_get_many_of_nothing_is_nothing(self, table: Table) -> None:
        assert table.get_many([]) == {}

    def test_get_many_goes_beyond_one_batch(self, table: Table) -> None:
        keys = [Key("A", f"{number:03}") for number in range(250)]
        fill(table, "A", [key.sk for key in keys])
        assert table.get_many(keys, consistent=True) == {key: item(*key) for key in keys}


class TestUpdate:
    def test_update_sets_adds_keeps_and_removes(self, table: Table) -> None:
        table.write(Put(stock(available=5, first="old", gone=1)))
        update = Update(
            KEY, {"name": None}, {"available": -2, "sold": 2}, {"first": "new", "by": "x"}, ("gone", "never")
        )
        expected = stock(name=None, available=3, sold=2, first="old", by="x")
        assert table.write(update) == expected
        assert table.get(KEY) == expected

    def test_update_makes_the_item(self, table: Table) -> None:
        assert table.write(Update(KEY, add={"sold": 1})) == stock(sold=1)
        assert table.get(KEY) == stock(sold=1)

    def test_update_that_only_removes_makes_the_item_too(self, table: Table) -> None:
        table.write(Update(KEY, remove=("gone",)))
        assert table.get(KEY) == stock()

    def test_update_whose_condition_fails_changes_nothing(self, table: Table) -> None:
        with pytest.raises(ConditionFailed):
            table.write(Update(KEY, {"name": "x"}, when=(Present(),)))
        assert table.get(KEY) is None

    @pytest.mark.parametrize(
        "update",
        [Update(KEY), Update(KEY, {"PK": "other"}), Update(KEY, add={"name": 1})],
        ids=["of nothing", "of the key", "adding to text"],
    )
    def test_update_that_makes_no_sense_is_refused(self, subject: Subject, update: Update) -> None:
        subject.table.write(Put(stock(name="shirt")))
        with pytest.raises(subject.refusals):
            subject.table.write(update)
        assert subject.table.get(KEY) == stock(name="shirt")

    def test_attribute_name_is_a_name_and_not_a_path(self, table: Table) -> None:
        table.write(Update(KEY, {"a.b": 1, "size": 2, "x[0]": 3}, when=(Absent("a.b"),)))
        assert table.get(KEY) == stock(**{"a.b": 1, "size": 2, "x[0]": 3})


class TestDelete:
    def test_deleted_item_is_gone(self, table: Table) -> None:
        table.write(Put(stock()))
        assert table.write(Delete(KEY)) is None
        assert table.get(KEY) is None

    def test_deleting_what_is_not_there_is_no_error(self, table: Table) -> None:
        table.write(Delete(KEY))
        assert table.get(KEY) is None

    def test_delete_with_a_condition_that_fails_leaves_the_item(self, table: Table) -> None:
        table.write(Put(stock(reserved=1)))
        with pytest.raises(ConditionFailed):
            table.write(Delete(KEY, when=(Equals("reserved", 0),)))
        assert table.get(KEY) == stock(reserved=1)


class TestConditions:
    ITEM = stock(available=5, status="held", nothing=None, yes=True)

    @pytest.mark.parametrize(
        ("condition", "holds"),
        [
            (Absent(), False),
            (Present(), True),
            (Absent("available"), False),
            (Absent("missing"), True),
            (Present("nothing"), True),
            (Present("missing"), False),
            (Equals("available", 5), True),
            (Equals("available", 4), False),
            (Equals("available", "5"), False),
            (Equals("missing", 5), False),
            (Equals("nothing", None), True),
            (Equals("yes", True), True),
            (Equals("yes", 1), False),
            (AtLeast("available", 5), True),
            (AtLeast("available", 6), False),
            (AtLeast("missing", -1), False),
            (AtLeast("status", 0), False),
            (AtLeast("nothing", 0), False),
            (AtLeast("yes", 0), False),
            (AtLeast("status", "heed"), True),
            (AtMost("available", 5), True),
            (AtMost("available", 4), False),
            (AtMost("missing", 99), False),
            (AtMost("available", "9"), False),
            (AtMost("status", "hell"), True),
            (OneOf("status", ("held", "committed")), True),
            (OneOf("status", ("released",)), False),
            (OneOf("missing", ("held",)), False),
            (OneOf("yes", (1,)), False),
            (AnyOf((Absent(), Equals("available", 5))), True),
            (AnyOf((Absent(), Equals("available", 4))), False),
            (AnyOf((AnyOf((Absent(),)), Present("status"))), True),
        ],
        ids=str,
    )
    def test_condition_on_an_item(self, table: Table, condition: Condition, holds: bool) -> None:  # noqa: FBT001 - a case
        table.write(Put(self.ITEM))
        assert succeeds(lambda: table.write(Put(stock(), when=(condition,)))) is holds

    @pytest.mark.parametrize(
        ("condition", "holds"),
        [
            (Absent(), True),
            (Present(), False),
            (Absent("available"), True),
            (Equals("available", 0), False),
            (AtMost("available", 0), False),
            (AnyOf((Absent(), Equals("reserved", 0))), True),
        ],
        ids=str,
    )
    def test_condition_where_there_is_no_item(self, table: Table, condition: Condition, holds: bool) -> None:  # noqa: FBT001
        assert succeeds(lambda: table.write(Put(stock(), when=(condition,)))) is holds

    def test_all_of_several_conditions_must_hold(self, table: Table) -> None:
        table.write(Put(self.ITEM))
        assert succeeds(lambda: table.write(Update(KEY, {"a": 1}, when=(Present(), AtLeast("available", 5)))))
        assert not succeeds(lambda: table.write(Update(KEY, {"a": 2}, when=(Present(), AtLeast("available", 6)))))
        assert table.get(KEY) == self.ITEM | {"a": 1}

    @pytest.mark.parametrize("condition", [OneOf("status", ()), AnyOf(())], ids=str)
    def test_empty_choice_is_refused(self, subject: Subject, condition: Condition) -> None:
        with pytest.raises(subject.refusals):
            subject.table.write(Put(stock(), when=(condition,)))

    def test_single_write_fails_at_position_zero(self, table: Table) -> None:
        with pytest.raises(ConditionFailed) as failure:
            table.write(Delete(KEY, when=(Present(),)))
        assert failure.value.positions == (0,)


class TestTransaction:
    def test_every_kind_of_write_in_one(self, table: Table) -> None:
        fill(table, "A", ["deleted", "checked"])
        writes: list[Write] = [
            Put(item("A", "put"), when=(Absent(),)),
            Update(Key("A", "updated"), add={"sold": 2}),
            Delete(Key("A", "deleted"), when=(Present(),)),
            Check(Key("A", "checked"), when=(Present(),)),
        ]
        table.transact(writes)
        assert query_all(table, Query("A")) == [item("A", "checked"), item("A", "put"), item("A", "updated", sold=2)]

    def test_positions_of_all_that_failed_and_nothing_written(self, table: Table) -> None:
        writes: list[Write] = [
            Put(item("A", "0")),
            Put(item("A", "1"), when=(Present(),)),
            Update(Key("A", "2"), {"a": 1}, when=(Absent(),)),
            Delete(Key("A", "3"), when=(Present(),)),
            Check(Key("A", "4"), when=(Equals("a", 1),)),
        ]
        with pytest.raises(ConditionFailed) as failure:
            table.transact(writes)
        assert failure.value.positions == (1, 3, 4)
        assert table.query(Query("A")).items == []

    def test_conditions_see_what_was_there_before(self, table: Table) -> None:
        with pytest.raises(ConditionFailed) as failure:
            table.transact([Put(item("A", "1")), Check(Key("A", "2"), when=(Present(),))])
        assert failure.value.positions == (1,)

    def test_invalid_change_undoes_the_others(self, subject: Subject) -> None:
        subject.table.write(Put(stock(name="shirt")))
        with pytest.raises(subject.refusals):
            subject.table.transact([Put(item("A", "1")), Update(KEY, add={"name": 1})])
        assert subject.table.get(Key("A", "1")) is None

    def test_one_item_can_be_written_once(self, subject: Subject) -> None:
        with pytest.raises(subject.refusals):
            subject.table.transact([Put(stock()), Check(KEY, when=(Absent(),))])
        assert subject.table.get(KEY) is None

    def test_check_without_a_condition_is_refused(self, subject: Subject) -> None:
        with pytest.raises(subject.refusals):
            subject.table.transact([Check(KEY, when=())])

    def test_at_most_a_hundred_writes(self, subject: Subject) -> None:
        writes = [Put(item("A", f"{number:03}")) for number in range(101)]
        with pytest.raises(subject.refusals):
            subject.table.transact(writes)
        subject.table.transact(writes[1:])
        assert len(subject.table.query(Query("A")).items) == 100

    def test_at_most_4_mb(self, subject: Subject) -> None:
        with pytest.raises(subject.refusals):
            subject.table.transact([Put(item("A", f"{number:03}", text="x" * 390_000)) for number in range(11)])
        assert subject.table.query(Query("A")).items == []

    def test_no_writes_are_no_transaction(self, table: Table) -> None:
        table.transact([])
        assert table.query(Query("A")).items == []


class TestQuery:
    def test_partition_in_the_order_of_its_sort_keys(self, table: Table) -> None:
        fill(table, "A", ["b", "a", "é", "Z", "10", "9"])
        fill(table, "B", ["c"])
        assert sort_keys(table.query(Query("A"))) == ["10", "9", "Z", "a", "b", "é"]
        assert sort_keys(table.query(Query("A", descending=True))) == ["é", "b", "a", "Z", "9", "10"]

    def test_empty_partition(self, table: Table) -> None:
        assert table.query(Query("A")) == QueryResult([], None)

    def test_begins(self, table: Table) -> None:
        fill(table, "A", ["LINES#00", "LINES#01", "LINER", "LINES#", "PAYMENT#1"])
        assert sort_keys(table.query(Query("A", begins="LINES#"))) == ["LINES#", "LINES#00", "LINES#01"]
        assert sort_keys(table.query(Query("A", begins="LINES#", descending=True, limit=1))) == ["LINES#01"]

    def test_between_includes_both_bounds(self, table: Table) -> None:
        fill(table, "A", ["1", "2", "3", "4", "31"])
        assert sort_keys(table.query(Query("A", between=("2", "3")))) == ["2", "3"]
        assert sort_keys(table.query(Query("A", between=("2", "4"), descending=True))) == ["4", "31", "3", "2"]

    def test_limit_and_where_the_next_page_begins(self, table: Table) -> None:
        fill(table, "A", ["1", "2", "3"])
        first = table.query(Query("A", limit=2))
        assert (sort_keys(first), first.last) == (["1", "2"], {"PK": "A", "SK": "2"})
        second = table.query(Query("A", limit=2, start=first.last))
        assert (sort_keys(second), second.last) == (["3"], None)

    def test_page_cut_by_its_limit_does_not_know_that_it_is_the_last(self, table: Table) -> None:
        fill(table, "A", ["1", "2"])
        page = table.query(Query("A", limit=2))
        assert page.last == {"PK": "A", "SK": "2"}
        assert table.query(Query("A", limit=2, start=page.last)) == QueryResult([], None)

    def test_descending_pages(self, table: Table) -> None:
        fill(table, "A", ["1", "2", "3", "4", "5"])
        found = pages(table, Query("A", begins="", descending=True, limit=2))
        assert [sort_keys(page) for page in found] == [["5", "4"], ["3", "2"], ["1"]]

    def test_page_goes_on_after_an_item_that_is_gone(self, table: Table) -> None:
        fill(table, "A", ["1", "2", "3"])
        last = table.query(Query("A", limit=2)).last
        table.write(Delete(Key("A", "2")))
        assert sort_keys(table.query(Query("A", start=last))) == ["3"]

    def test_filter_comes_after_the_limit(self, table: Table) -> None:
        for number in range(4):
            table.write(Put(item("A", str(number), price=number)))
        page = table.query(Query("A", limit=2, where=(AtLeast("price", 1), AtMost("price", 2))))
        assert (sort_keys(page), page.last) == (["1"], {"PK": "A", "SK": "1"})
        assert sort_keys(table.query(Query("A", where=(AtLeast("price", 1), AtMost("price", 2))))) == ["1", "2"]

    def test_page_has_at_most_1_mb(self, table: Table) -> None:
        for number in range(12):
            table.write(Put(item("A", f"{number:02}", text="x" * 100_000)))
        found = pages(table, Query("A"))
        assert [len(page.items) for page in found] == [10, 2]
        assert [key for page in found for key in sort_keys(page)] == [f"{number:02}" for number in range(12)]

    def test_consistent_query_sees_every_write(self, table: Table) -> None:
        fill(table, "A", ["1"])
        assert sort_keys(table.query(Query("A", consistent=True))) == ["1"]

    @pytest.mark.parametrize(
        "query",
        [
            Query("A", limit=0),
            Query("A", between=("b", "a")),
            Query("A", index="GSI9"),
            Query("A", index="GSI1", consistent=True),
            Query("A", start={"PK": "B", "SK": "1"}),
            Query("A", index="GSI1", start={"PK": "A", "SK": "1"}),
        ],
        ids=["no limit", "bounds turned round", "no such index", "consistent index", "other start", "start elsewhere"],
    )
    def test_query_that_makes_no_sense_is_refused(self, subject: Subject, query: Query) -> None:
        with pytest.raises(subject.refusals):
            subject.table.query(query)

    def test_query_all_reads_every_page(self, table: Table) -> None:
        fill(table, "A", [f"{number:02}" for number in range(7)])
        assert [each["SK"] for each in query_all(table, Query("A", limit=3))] == [f"{n:02}" for n in range(7)]


class TestIndex:
    @pytest.mark.parametrize("index", ["GSI1", "GSI2"])
    def test_index_lists_by_its_own_keys(self, table: Table, index: str) -> None:
        table.write(Put(listed("b", pk="1", index=index)))
        table.write(Put(listed("a", pk="2", index=index)))
        table.write(Put(listed("c", pk="3", index=index, in_partition="ties")))
        assert [each["PK"] for each in table.query(Query("shirts", index=index)).items] == ["2", "1"]
        assert [each["PK"] for each in table.query(Query("shirts", index=index, begins="b")).items] == ["1"]
        assert [each["PK"] for each in table.query(Query("shirts", index=index, between=("a", "a"))).items] == ["2"]

    def test_item_with_half_of_the_key_is_not_in_the_index(self, table: Table) -> None:
        table.write(Put(item("A", "1", GSI1PK="shirts")))
        table.write(Put(item("A", "2", GSI1SK="a")))
        assert table.query(Query("shirts", index="GSI1")).items == []

    def test_changed_key_moves_the_item(self, table: Table) -> None:
        table.write(Put(listed("a", pk="1")))
        table.write(Update(Key("1", "METADATA"), {"GSI1PK": "sale", "GSI1SK": "z"}))
        assert table.query(Query("shirts", index="GSI1")).items == []
        assert table.query(Query("sale", index="GSI1")).items == [listed("z", pk="1", in_partition="sale")]

    def test_removed_key_or_item_leaves_the_index(self, table: Table) -> None:
        table.write(Put(listed("a", pk="1")))
        table.write(Put(listed("b", pk="2")))
        table.write(Update(Key("1", "METADATA"), remove=("GSI1PK", "GSI1SK")))
        table.transact([Delete(Key("2", "METADATA"))])
        assert table.query(Query("shirts", index="GSI1")).items == []

    def test_index_shows_the_item_as_it_is_now(self, table: Table) -> None:
        table.write(Put(listed("a", pk="1")))
        table.write(Update(Key("1", "METADATA"), {"price": 5}))
        assert table.query(Query("shirts", index="GSI1")).items == [listed("a", pk="1") | {"price": 5}]

    @pytest.mark.parametrize("descending", [False, True])
    def test_pages_over_equal_sort_keys_lose_nothing(self, table: Table, descending: bool) -> None:  # noqa: FBT001 - a case
        for number in range(7):
            table.write(Put(listed("same", pk=str(number))))
        found = pages(table, Query("shirts", index="GSI1", limit=3, descending=descending))
        assert [len(page.items) for page in found] == [3, 3, 1]
        assert {each["PK"] for page in found for each in page.items} == {str(number) for number in range(7)}

    def test_next_page_begins_at_both_keys(self, table: Table) -> None:
        table.write(Put(listed("a", pk="1")))
        page = table.query(Query("shirts", index="GSI1", limit=1))
        assert page.last == {"PK": "1", "SK": "METADATA", "GSI1PK": "shirts", "GSI1SK": "a"}

    @pytest.mark.parametrize("value", ["", 1, None])
    def test_index_key_is_a_text_that_is_not_empty(self, subject: Subject, value: object) -> None:
        with pytest.raises(subject.refusals):
            subject.table.write(Put(item("A", "1", GSI1PK=value, GSI1SK="a")))
        with pytest.raises(subject.refusals):
            subject.table.write(Update(Key("A", "1"), {"GSI1PK": value, "GSI1SK": "a"}))
        assert subject.table.get(Key("A", "1")) is None


class TestRaces:
    def test_hundred_pieces_are_sold_a_hundred_times(self, table: Table) -> None:
        table.write(Put(stock(available=PIECES, sold=0)))
        sale = Update(KEY, add={"available": -1, "sold": 1}, when=(AtLeast("available", 1),))
        with ThreadPoolExecutor(THREADS) as threads:
            sold = list(threads.map(lambda _: succeeds(lambda: table.write(sale)), range(THREADS * TRIES_PER_THREAD)))
        assert sold.count(True) == PIECES
        assert table.get(KEY, consistent=True) == stock(available=0, sold=PIECES)

    def test_hundred_pieces_are_sold_a_hundred_times_in_transactions(self, table: Table) -> None:
        table.write(Put(stock(available=PIECES)))

        def sell(number: int) -> bool:
            take = Update(KEY, add={"available": -1}, when=(AtLeast("available", 1),))
            return succeeds(lambda: table.transact([take, Put(item("ORDERS", f"{number:03}"), when=(Absent(),))]))

        with ThreadPoolExecutor(THREADS) as threads:
            sold = list(threads.map(sell, range(THREADS * TRIES_PER_THREAD)))
        assert sold.count(True) == PIECES
        assert table.get(KEY, consistent=True) == stock(available=0)
        assert len(table.query(Query("ORDERS", consistent=True)).items) == PIECES

    def test_only_one_claims(self, table: Table) -> None:
        with ThreadPoolExecutor(THREADS) as threads:
            claimed = list(
                threads.map(lambda by: succeeds(lambda: table.write(Put(stock(by=by), when=(Absent(),)))), range(64))
            )
        assert claimed.count(True) == 1
        assert table.get(KEY, consistent=True) == stock(by=claimed.index(True))
