from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fakes import START, FakeClock, make_shop
from tests.unit.payments.bank import ORDER_ID, PAYMENT_ID

from tradewind.payments import reconciliation
from tradewind.payments.errors import ProviderTimeout
from tradewind.payments.fake import FakeProvider
from tradewind.payments.model import LedgerEntry, LedgerKind
from tradewind.payments.provider import MovementPage, ProviderMovement
from tradewind.payments.reads import find_reconciled_until
from tradewind.payments.reconciliation import SETTLED_AFTER, reconcile_ledger
from tradewind.payments.writes import put_ledger_entry
from tradewind.shop import Shop

CHARGE = ProviderMovement(LedgerKind.CHARGED, "ch", 2500, "USD", START, PAYMENT_ID)
REFUND = ProviderMovement(LedgerKind.REFUNDED, "re", 500, "USD", START, charge_reference="ch")
DISPUTE = ProviderMovement(LedgerKind.DISPUTED, "dp", 2500, "USD", START, charge_reference="ch")
SECOND = timedelta(seconds=1)


@dataclass
class ListingProvider(FakeProvider):
    """It lists what it is given, two movements a page, and counts what it is asked."""

    movements: list[ProviderMovement] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    is_silent: bool = False

    def list_movements(self, begin: datetime, end: datetime, cursor: str | None) -> MovementPage:
        if self.is_silent:
            raise ProviderTimeout("silent")
        self.asked.append("list")
        found = sorted((each for each in self.movements if begin <= each.at < end), key=lambda each: each.at)
        first = int(cursor or 0)
        return MovementPage(found[first : first + 2], str(first + 2) if len(found) > first + 2 else None)

    def find_movement(self, kind: LedgerKind, reference: str) -> ProviderMovement | None:
        self.asked.append(reference)
        return next((each for each in self.movements if (each.kind, each.reference) == (kind, reference)), None)

    def find_payment_id(self, charge_reference: str) -> str | None:
        self.asked.append(charge_reference)
        return {"ch": PAYMENT_ID, "stray": "not ours"}.get(charge_reference)


@pytest.fixture
def provider() -> ListingProvider:
    return ListingProvider()


@pytest.fixture
def shop(clock: FakeClock, provider: ListingProvider) -> Shop:
    shop = make_shop(clock=clock)
    shop.provider = provider
    return shop


def record(shop: Shop, movement: ProviderMovement, *, after: timedelta = timedelta(), **changes: Any) -> None:  # noqa: ANN401
    """Enter a movement in the ledger, some time after it was made."""
    entry = LedgerEntry(
        entry_id=f"{movement.kind}-{movement.reference}",
        order_id=ORDER_ID,
        kind=movement.kind,
        reference=movement.reference,
        amount_minor=movement.amount_minor,
        currency=movement.currency,
        at=movement.at + after,
    )
    shop.table.write(put_ledger_entry(msgspec.structs.replace(entry, **changes)))


def run(shop: Shop, clock: FakeClock, after: timedelta = SETTLED_AFTER + SECOND) -> tuple[int, list[tuple[str, ...]]]:
    """How many movements the next run compares, and the differences that it reports."""
    clock.advance(after.total_seconds())
    report = reconcile_ledger.handle(shop)
    assert not isinstance(report, int)
    found: list[tuple[str, ...]] = [
        (each["fault"], each["kind"], each["reference"]) for each in report.facts.get("differences", ())
    ]
    assert report.alarming.get("LedgerDifference", 0) == len(found)
    return report.done, found


def test_equal_lists_ring_nothing_and_are_compared_once(
    shop: Shop, clock: FakeClock, provider: ListingProvider
) -> None:
    provider.movements = [CHARGE, REFUND, DISPUTE]
    for movement in provider.movements:
        record(shop, movement)
    assert run(shop, clock) == (3, [])
    assert provider.asked == ["list", "list"], "no movement was looked up by itself"
    assert run(shop, clock) == (0, [])
    assert find_reconciled_until(shop.table) == clock.now() - SETTLED_AFTER


@pytest.mark.parametrize("movement", [CHARGE, REFUND, DISPUTE])
def test_movement_that_the_ledger_does_not_have_rings_once(
    shop: Shop, clock: FakeClock, provider: ListingProvider, movement: ProviderMovement
) -> None:
    provider.movements = [movement]
    assert run(shop, clock) == (1, [("MissingInLedger", movement.kind, movement.reference)])
    assert run(shop, clock) == (0, [])


def test_entry_that_the_provider_does_not_have_rings_once(shop: Shop, clock: FakeClock) -> None:
    record(shop, REFUND)
    assert run(shop, clock) == (1, [("MissingAtProvider", "refunded", "re")])
    assert run(shop, clock) == (0, [])


@pytest.mark.parametrize("changes", [{"amount_minor": 501}, {"currency": "EUR"}])
@pytest.mark.parametrize("after", [timedelta(), timedelta(hours=5)])
def test_other_amount_rings(
    shop: Shop, clock: FakeClock, provider: ListingProvider, changes: dict[str, Any], after: timedelta
) -> None:
    provider.movements = [REFUND]
    record(shop, REFUND, after=after, **changes)
    assert run(shop, clock) == (1, [("OtherAmount", "refunded", "re")])


def test_difference_is_logged_with_its_amounts_and_counted(
    shop: Shop, clock: FakeClock, provider: ListingProvider, capsys: pytest.CaptureFixture[str]
) -> None:
    provider.movements = [CHARGE]
    clock.advance(SETTLED_AFTER.total_seconds() + 1)
    reconcile_ledger({}, None, shop)
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["level"], line["LedgerDifference"]) == ("ERROR", 1)
    assert line["metadata"]["differences"] == [
        {
            "fault": "MissingInLedger",
            "kind": "charged",
            "reference": "ch",
            "orderId": ORDER_ID,
            "ledgerMinor": 0,
            "providerMinor": 2500,
        }
    ]


def test_nothing_is_judged_before_it_is_settled(shop: Shop, clock: FakeClock, provider: ListingProvider) -> None:
    provider.movements = [CHARGE]
    assert run(shop, clock, SETTLED_AFTER - SECOND) == (0, [])
    record(shop, CHARGE, after=SETTLED_AFTER - SECOND)
    assert run(shop, clock, timedelta(hours=24)) == (1, [])


@pytest.mark.parametrize("hours", [-0.1, 0.1, 3, 11, 40])
def test_entry_recorded_beyond_the_edge_of_a_period_rings_nothing(
    shop: Shop, clock: FakeClock, provider: ListingProvider, hours: float
) -> None:
    """The run before ended a moment after the movement was made, or a moment before it."""
    for number, edge in enumerate((-SECOND, timedelta(), SECOND)):
        made = msgspec.structs.replace(CHARGE, reference=f"ch-{number}", at=START + timedelta(days=2) + edge)
        provider.movements.append(made)
        record(shop, made, after=timedelta(hours=hours))
    run(shop, clock, timedelta(days=2) + SETTLED_AFTER)
    results = [run(shop, clock, timedelta(hours=1)) for _ in range(60)]
    assert [differences for _, differences in results if differences] == []


def test_movements_of_another_shop_ring_nothing(shop: Shop, clock: FakeClock, provider: ListingProvider) -> None:
    provider.movements = [msgspec.structs.replace(REFUND, charge_reference=name) for name in ("stray", "unknown")]
    assert run(shop, clock)[1] == []


def test_charge_of_nothing_is_looked_for_at_no_provider(shop: Shop, clock: FakeClock) -> None:
    record(shop, CHARGE, amount_minor=0)
    assert run(shop, clock) == (0, [])


def test_run_that_gets_no_answer_is_made_up_for(shop: Shop, clock: FakeClock, provider: ListingProvider) -> None:
    run(shop, clock)
    provider.movements, provider.is_silent = [msgspec.structs.replace(CHARGE, at=START + SECOND)], True
    with pytest.raises(ProviderTimeout):
        run(shop, clock, timedelta(days=5))
    provider.is_silent = False
    assert run(shop, clock, timedelta(hours=1)) == (1, [("MissingInLedger", "charged", "ch")])


def test_of_two_runs_at_once_one_reports(shop: Shop, clock: FakeClock, provider: ListingProvider) -> None:
    provider.movements = [CHARGE]
    list_movements = provider.list_movements

    def be_overtaken(begin: datetime, end: datetime, cursor: str | None) -> MovementPage:
        provider.list_movements = list_movements  # type: ignore[method-assign]
        assert run(shop, clock, timedelta())[0] == 1
        return list_movements(begin, end, cursor)

    provider.list_movements = be_overtaken  # type: ignore[method-assign]
    assert run(shop, clock) == (0, [])


def test_period_that_does_not_fit_into_memory_is_halved(
    shop: Shop, clock: FakeClock, provider: ListingProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciliation, "_MOST_ENTRIES", 5)
    for number in range(40):
        at = START - timedelta(hours=20) + number * timedelta(minutes=30)
        made = msgspec.structs.replace(CHARGE, reference=f"ch-{number}", at=at)
        provider.movements.append(made)
        record(shop, made)
    assert run(shop, clock) == (40, [])


MOVEMENTS = st.lists(
    st.tuples(
        st.sampled_from([CHARGE, REFUND, DISPUTE]),
        st.integers(0, 3 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
        st.sampled_from([timedelta(seconds=-5), timedelta(), timedelta(minutes=20), timedelta(hours=11)]),
    ),
    max_size=12,
)


@settings(deadline=None, max_examples=60)
@given(MOVEMENTS, st.lists(st.integers(1, 40), max_size=6), st.sets(st.integers(0, 11)), st.sets(st.integers(0, 11)))
def test_each_difference_rings_once_however_the_runs_fall(
    drawn: list[tuple[ProviderMovement, timedelta, timedelta]],
    pauses: list[int],
    unrecorded: set[int],
    unlisted: set[int],
) -> None:
    clock, provider = FakeClock(), ListingProvider()
    shop = make_shop(clock=clock)
    shop.provider = provider
    run(shop, clock, timedelta())
    wanted = set[tuple[str, str]]()
    for number, (kind, made_after, recorded_after) in enumerate(drawn):
        movement = msgspec.structs.replace(kind, reference=f"m-{number}", at=START + made_after)
        is_recorded, is_listed = number not in unrecorded, number not in unlisted
        if is_recorded:
            record(shop, movement, after=recorded_after)
        if is_listed:
            provider.movements.append(movement)
        if is_recorded is not is_listed:
            wanted.add(("MissingAtProvider" if is_recorded else "MissingInLedger", f"m-{number}"))
    rung = list(_references(run(shop, clock, timedelta(hours=hours))[1] for hours in (*pauses, 24, 24 * 5)))
    assert sorted(rung) == sorted(wanted)


def _references(runs: Iterable[list[tuple[str, ...]]]) -> Iterable[tuple[str, str]]:
    return ((fault, reference) for differences in runs for fault, _, reference in differences)
