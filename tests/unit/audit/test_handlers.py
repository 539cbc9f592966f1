from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from tests.fakes import ADMIN_ID, CALLER_ADDRESS, FakeClock, LambdaFunction, admin_event, call, staff_event
from tests.unit.audit.people import ANOTHER_ID, act

from tradewind.audit.handlers import export_acts, get_act, list_acts
from tradewind.aws.table import Delete, Key
from tradewind.kernel.caller import Permission
from tradewind.shop import Shop


def listed(shop: Shop, **query: str) -> tuple[int, Any]:
    return call(list_acts, admin_event(query=query), shop)


def test_list_says_who_did_what_newest_first(shop: Shop, clock: FakeClock) -> None:
    for thing in ("product:mug", "user:1"):
        act(shop, clock, thing)
    status, body = listed(shop)
    assert status == 200
    assert [each["thing"] for each in body["items"]] == ["user:1", "product:mug"]
    assert body["items"][1] | {"actId": ""} == {
        "actId": "",
        "at": "2026-11-21T04:04:05.678000Z",
        "actorId": ADMIN_ID,
        "role": "admin",
        "operation": "PUT /products/{productId}",
        "thing": "product:mug",
        "address": CALLER_ADDRESS,
        "correlationId": "request-1",
        "changes": 1,
    }


def test_cursor_goes_on_and_is_good_for_its_own_list_alone(shop: Shop, clock: FakeClock) -> None:
    for _ in range(3):
        act(shop, clock)
    cursor = listed(shop, limit="2")[1]["nextCursor"]
    assert len(listed(shop, limit="2", cursor=cursor)[1]["items"]) == 1
    assert listed(shop, limit="2", cursor=cursor, thing="product:mug")[1]["error"] == "InvalidCursor"


def test_filters_and_period(shop: Shop, clock: FakeClock) -> None:
    act(shop, clock)
    act(shop, clock, actor_id=ANOTHER_ID, operation="POST /products")
    for query, count in (
        ({"actorId": ANOTHER_ID}, 1),
        ({"operation": "POST /products"}, 1),
        ({"thing": "product:mug"}, 2),
        ({"from": "2026-11-21T05:00:00Z"}, 1),
        ({"to": "2026-11-21T05:00:00Z"}, 1),
        ({"from": "1800-01-01T00:00:00Z", "to": "9000-01-01T00:00:00Z"}, 2),
    ):
        assert len(listed(shop, **query)[1]["items"]) == count, query


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-11-22T00:00:00Z", "to": "2026-11-21T00:00:00Z"},
        {"thing": "mug"},
        {"operation": "GET /products"},
        {"actorId": "x"},
    ],
)
def test_filter_of_another_form_is_refused(shop: Shop, query: dict[str, str]) -> None:
    assert listed(shop, **query)[0] == 422


def test_one_act_shows_what_it_changed(shop: Shop, clock: FakeClock) -> None:
    act(shop, clock)
    act_id = listed(shop)[1]["items"][0]["actId"]
    status, body = call(get_act, admin_event(path={"actId": act_id}), shop)
    assert status == 200
    assert body["changes"] == [{"item": "PRODUCT#mug PRODUCT", "before": {}, "after": {"price": 1}, "isKnown": False}]
    assert (body["act"]["actId"], body["changesLeftOut"]) == (act_id, 0)


def test_change_that_was_removed_with_its_account_is_empty(shop: Shop, clock: FakeClock) -> None:
    act(shop, clock, "user:1")
    act_id = listed(shop)[1]["items"][0]["actId"]
    shop.table.write(Delete(Key("AUDITED#USER#1", f"USER#{act_id}")))
    [change] = call(get_act, admin_event(path={"actId": act_id}), shop)[1]["changes"]
    assert (change["before"], change["after"], change["isKnown"]) == ({}, {}, False)


def test_unknown_act_is_not_found(shop: Shop) -> None:
    status, body = call(get_act, admin_event(path={"actId": "01KAJ0ADMN0000000000000001"}), shop)
    assert (status, body["error"]) == (404, "ActNotFound")


@pytest.mark.parametrize("act_id", ["TCNH9Y0QXS2TR98B627ETCPTK0", "7ZZZZZZZZZZZZZZZZZZZZZZZZZ", "x"])
def test_id_of_no_time_is_refused(shop: Shop, act_id: str) -> None:
    assert call(get_act, admin_event(path={"actId": act_id}), shop)[0] == 422


def test_export_is_csv_in_pages(shop: Shop, clock: FakeClock) -> None:
    for thing in ("product:mug", "product:=1+1"):
        act(shop, clock, thing)
    answer = export_acts(admin_event(query={"limit": "1"}), None, shop)
    assert answer["headers"]["content-type"].startswith("text/csv")
    assert answer["headers"]["link"].endswith('; rel="next"')
    [row] = csv.DictReader(io.StringIO(answer["body"]))
    assert (row["thing"], row["actorId"], row["changes"]) == ("product:=1+1", ADMIN_ID, "1")
    since = admin_event(query={"from": "2026-11-01T00:00:00Z"})
    assert "link" not in export_acts(since, None, shop)["headers"]


def test_no_spreadsheet_takes_a_cell_for_a_formula(shop: Shop, clock: FakeClock) -> None:
    act(shop, clock, "=cmd:x")
    [row] = csv.DictReader(io.StringIO(export_acts(admin_event(), None, shop)["body"]))
    assert row["thing"] == "'=cmd:x"


@pytest.mark.parametrize("endpoint", [list_acts, get_act, export_acts])
def test_staff_do_not_read_it_whatever_they_may(endpoint: LambdaFunction, shop: Shop) -> None:
    event = staff_event(permissions=Permission, path={"actId": "01KAJ0ADMN0000000000000001"})
    assert call(endpoint, event, shop)[1]["error"] == "AdminOnly"
