from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.fakes import CUSTOMER_ID, FakeClock, call, customer_event, make_shop
from tests.trading import with_customer
from tests.unit.privacy.accounts import (
    download,
    events_of,
    link_to,
    make_account,
    records,
    request_export,
    write_all,
)

from tradewind.identity.model import EXPORT_LINK_LIFETIME
from tradewind.privacy import handlers
from tradewind.privacy.model import EXPORT_INTERVAL, EXPORT_KEPT
from tradewind.shop import Shop


def see(shop: Shop, export_id: str) -> tuple[int, Mapping[str, str]]:
    return call(handlers.get_export, customer_event(path={"exportId": export_id}), shop)


def test_export_is_pending_until_it_is_written() -> None:
    shop = make_account()
    export_id = request_export(shop)
    assert see(shop, export_id)[1]["status"] == "pending"
    write_all(shop)
    status, body = see(shop, export_id)
    assert (status, body["status"], body["readyAt"]) == (200, "ready", body["requestedAt"])


def test_export_is_refused_without_a_verified_address() -> None:
    shop = with_customer(make_shop())
    status, body = call(handlers.request_export, customer_event(), shop)
    assert (status, body["error"]) == (409, "EmailUnverified")
    assert events_of(shop, "ExportRequested") == []


def test_export_of_an_account_that_is_gone_is_refused() -> None:
    assert call(handlers.request_export, customer_event(), make_shop())[0] == 409


def test_second_export_within_a_day_is_refused_and_says_when_the_next_is_possible() -> None:
    clock = FakeClock()
    shop = make_account(make_shop(clock=clock))
    request_export(shop)
    clock.advance(3_600)
    answer = handlers.request_export(customer_event(), None, shop)
    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (429, str(23 * 3_600))
    clock.advance(EXPORT_INTERVAL.total_seconds() - 3_600)
    request_export(shop)
    assert len(events_of(shop, "ExportRequested")) == 2


def test_export_of_somebody_else_or_an_earlier_one_is_not_found() -> None:
    shop = make_account()
    export_id = request_export(shop)
    somebody_else = customer_event(path={"exportId": export_id}, user_id="01KAJ0CSTMR000000000000002")
    assert call(handlers.get_export, somebody_else, shop)[0] == 404
    assert see(shop, "01KAJ0EXP0RT00000000000001")[0] == 404


def test_export_is_not_found_once_it_has_expired() -> None:
    clock = FakeClock()
    shop = make_account(make_shop(clock=clock))
    export_id = request_export(shop)
    clock.advance(EXPORT_KEPT.total_seconds())
    assert see(shop, export_id)[0] == 404


def test_link_hands_out_the_file() -> None:
    shop = make_account()
    request_export(shop)
    answer = download(shop, link_to(shop, write_all(shop)))
    assert answer["statusCode"] == 200
    assert answer["headers"]["content-type"] == "application/x-ndjson"
    assert answer["headers"]["content-disposition"].startswith("attachment")
    assert {record["kind"] for record in records(answer)} >= {"User", "Session"}
    assert "link" not in answer["headers"]


def test_link_expires_after_a_day() -> None:
    clock = FakeClock()
    shop = make_account(make_shop(clock=clock))
    request_export(shop)
    token = link_to(shop, write_all(shop))
    clock.advance(EXPORT_LINK_LIFETIME.total_seconds() - 1)
    assert download(shop, token)["statusCode"] == 200
    clock.advance(1)
    assert '"ExportLinkExpired"' in download(shop, token)["body"]


def test_link_to_an_earlier_export_is_refused() -> None:
    clock = FakeClock()
    shop = make_account(make_shop(clock=clock))
    request_export(shop)
    token = link_to(shop, write_all(shop))
    clock.advance(EXPORT_INTERVAL.total_seconds())
    request_export(shop)
    write_all(shop)
    assert '"InvalidExportLink"' in download(shop, token)["body"]


def test_link_is_refused_before_the_export_is_ready() -> None:
    shop = make_account()
    request_export(shop)
    assert '"InvalidExportLink"' in download(shop, link_to(shop, events_of(shop, "ExportRequested")[0]))["body"]


@pytest.mark.parametrize("token", ["nonsense", f"{CUSTOMER_ID}.99999999999.{'a' * 43}"])
def test_link_that_nobody_signed_is_refused(token: str) -> None:
    shop = make_account()
    request_export(shop)
    write_all(shop)
    answer = download(shop, token)
    assert answer["statusCode"] == 422
    assert '"InvalidExportLink"' in answer["body"]


def test_large_export_is_handed_out_in_several_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tradewind.privacy.exporting.PART_BYTES", 1)
    monkeypatch.setattr(handlers, "PARTS_PER_ANSWER", 1)
    shop = make_account()
    request_export(shop)
    token = link_to(shop, write_all(shop))
    first = download(shop, token)
    assert first["headers"]["link"] == '<?first=2>; rel="next"'
    second = download(shop, token, first="2")
    assert len({*first["body"].splitlines(), *second["body"].splitlines()}) == 2
