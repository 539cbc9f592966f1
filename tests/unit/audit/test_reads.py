from __future__ import annotations

from datetime import timedelta

import pytest
from tests.fakes import ADMIN_ID, START, FakeClock
from tests.unit.audit.people import ANOTHER_ID, act

from tradewind.audit.reads import MAX_GROUPS, ActSearch, find_act, find_changes, search_acts
from tradewind.kernel.clock import first_ulid
from tradewind.shop import Shop

MONTH_SECONDS = 31 * 24 * 3_600
EVERYTHING = ActSearch(first_ulid(START), first_ulid(START + timedelta(days=400)), limit=100)


def list_things(shop: Shop, search: ActSearch) -> list[str]:
    """Of all pages, each page's own."""
    things: list[str] = []
    for _ in range(50):
        acts, following = search_acts(shop.table, search)
        assert len(acts) <= search.limit
        things += [each.thing for each in acts]
        if following is None:
            return things
        assert following < search.high
        search = search._replace(high=following)
    raise AssertionError("it never ends")


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_every_act_is_found_once_newest_first_in_pages_of_any_size(shop: Shop, clock: FakeClock, limit: int) -> None:
    for number in range(12):
        act(shop, clock, f"product:{number}")
        clock.advance(MONTH_SECONDS / 4)
    assert list_things(shop, EVERYTHING._replace(limit=limit)) == [f"product:{each}" for each in range(11, -1, -1)]


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_filters_find_what_fits_in_pages_of_any_size(shop: Shop, clock: FakeClock, limit: int) -> None:
    for number in range(12):
        operation = "POST /products" if number % 3 else "DELETE /products/{productId}"
        act(shop, clock, f"product:{number % 2}", operation, actor_id=ANOTHER_ID if number % 4 else ADMIN_ID)
    search = EVERYTHING._replace(limit=limit)
    deleted = "DELETE /products/{productId}"
    assert list_things(shop, search._replace(operation=deleted)) == [f"product:{each % 2}" for each in (9, 6, 3, 0)]
    assert list_things(shop, search._replace(actor_id=ADMIN_ID)) == ["product:0"] * 3
    assert list_things(shop, search._replace(thing="product:1")) == ["product:1"] * 6
    assert list_things(shop, search._replace(actor_id=ADMIN_ID, thing="product:1")) == []
    assert list_things(shop, search._replace(actor_id=ADMIN_ID, operation=deleted)) == ["product:0"]


def test_period_has_its_begin_and_not_its_end(shop: Shop, clock: FakeClock) -> None:
    for number in range(3):
        act(shop, clock, f"product:{number}")
    begin, end = (first_ulid(START + timedelta(hours=hours)) for hours in (2, 3))
    assert list_things(shop, EVERYTHING._replace(low=begin, high=end)) == ["product:1"]


def test_page_goes_back_through_a_year_of_empty_months_and_ends_short(shop: Shop, clock: FakeClock) -> None:
    act(shop, clock)
    search = EVERYTHING._replace(high=first_ulid(START + timedelta(days=600)))
    acts, following = search_acts(shop.table, search)
    assert acts == []
    assert following is not None
    assert list_things(shop, search) == ["product:mug"]
    assert MAX_GROUPS == 12


def test_act_is_found_by_its_id_with_its_changes(shop: Shop, clock: FakeClock) -> None:
    act(shop, clock)
    [found], _ = search_acts(shop.table, EVERYTHING._replace(high=first_ulid(START + timedelta(days=1))))
    assert find_act(shop.table, found.act_id) == found
    [(key, change)] = find_changes(shop.table, found)
    assert (key.pk, change and change.after) == ("AUDITED#PRODUCT#mug", {"price": 1})
    assert find_act(shop.table, first_ulid(START)) is None
