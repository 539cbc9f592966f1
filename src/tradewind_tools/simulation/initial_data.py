"""The table's contents when a history begins: products and their stock, customers, and abandoned carts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from tradewind.analytics import writes as analytics
from tradewind.analytics.model import DayState, list_days
from tradewind.aws.table import Put
from tradewind.cart import writes as cart
from tradewind.catalog import writes as catalog
from tradewind.identity import accounts
from tradewind.identity.model import User
from tradewind.inventory.public import Reservation, ReservationStatus
from tradewind.inventory.public_writes import hold_stock, open_stock
from tradewind.kernel.caller import Role
from tradewind.kernel.variant_ids import number_of, product_of
from tradewind.notifications import writes as notifications
from tradewind.notifications.model import Preferences
from tradewind.payments.writes import record_reconciled
from tradewind_tools.memory.access import make_user, open_session
from tradewind_tools.memory.products import make_product
from tradewind_tools.simulation.account_scenario import FIRST_PASSWORD, AccountLife
from tradewind_tools.simulation.api_gateway import ADMIN_ID
from tradewind_tools.simulation.passwords import simulate_hash
from tradewind_tools.simulation.ports import BEGINNING
from tradewind_tools.simulation.scenario import ABANDONED_ORDER_ID, AbandoningCustomer, Scenario
from tradewind_tools.simulation.scenario_generator import ADDED, CUSTOMERS, UNTRACKED
from tradewind_tools.simulation.scheduler import HOUR_MS
from tradewind_tools.simulation.world import World

_PRICES = (250, 999, 1, 12_000)
_UNTRACKED_PRICE = 490
_BATCH = 30
_HELD_FOR = timedelta(minutes=15)
_CART_LEFT_AGO = timedelta(hours=30)
CART_CHANGED_AGO = timedelta(hours=10)
_COUNTED = timedelta(days=36), timedelta(days=3)
"""The first and the last day, by how long ago it was, whose figures are final: the job would look 35 days back."""
_PHONE = "+44 20 7946 {}"


def write_initial_data(world: World, scenario: Scenario) -> None:
    """Write products, customers and the administrator, before anything else happens."""
    table, clock = world.table.truth, world.clock
    writes = [
        write
        for number, variant_ids in enumerate(_group(scenario.stock))
        for write in _insert_product(world, {name: scenario.stock[name] for name in variant_ids}, number)
    ]
    writes.append(catalog.insert_product(make_product(UNTRACKED, _UNTRACKED_PRICE, BEGINNING, track_stock=False)))
    for start in range(0, len(writes), _BATCH * 3):
        table.transact(writes[start : start + _BATCH * 3])
    for user_id in (*CUSTOMERS, ADMIN_ID):
        accounts.register(_user(user_id, clock.now()), table, clock, correlation_id="opening")
    table.write(open_session(ADMIN_ID, clock.now()))
    for customer in scenario.abandoning_customers:
        _write_abandoned_cart(customer, world)
    for life in scenario.accounts.lives:
        accounts.register(_holder(life, clock.now()), table, clock, correlation_id="opening")
    table.write(notifications.save_preferences(CUSTOMERS[0], Preferences(order_sms=True)))
    first, last = ((clock.beginning - ago).date() for ago in _COUNTED)
    for day in list_days(first, last):
        table.write(analytics.save_day(day, DayState(is_final=True), 0))
    table.write(record_reconciled(None, clock.beginning - timedelta(hours=1)))
    world.table.publish(ago_ms=HOUR_MS)
    if scenario.has_abandoned_request:
        _write_abandoned_reservation(world, min(scenario.stock))


def _write_abandoned_cart(customer: AbandoningCustomer, world: World) -> None:
    """Write the account and the cart of a customer who left."""
    table, user_id, left_at = world.table.truth, customer.user_id, world.clock.beginning - _CART_LEFT_AGO
    user = _user(user_id, left_at, is_verified=customer.is_verified)
    accounts.register(user, table, world.clock, correlation_id="opening")
    table.write(notifications.save_preferences(user_id, Preferences(reminders=customer.wants_reminders)))
    table.transact([cart.add_units(user_id, UNTRACKED, 1, left_at), cart.start_watching(user_id, left_at)])
    if customer.added_later:
        table.write(cart.add_units(user_id, ADDED, 1, world.clock.beginning - CART_CHANGED_AGO))


def _write_abandoned_reservation(world: World, variant_id: str) -> None:
    """Write what a request left behind that died before it placed its order."""
    expires_at = world.clock.beginning + _HELD_FOR
    reservation = Reservation(ABANDONED_ORDER_ID, 0, ReservationStatus.HELD, expires_at, {variant_id: 1})
    world.table.truth.transact(hold_stock(reservation, ahead_of_order=True))
    world.table.publish()


def _group(variant_ids: Iterable[str]) -> list[list[str]]:
    """The variants of each product, in the order of their numbers."""
    products: dict[str, list[str]] = {}
    for each in sorted(variant_ids, key=number_of):
        products.setdefault(product_of(each), []).append(each)
    return [products[name] for name in sorted(products)]


def _insert_product(world: World, units: Mapping[str, int], number: int) -> list[Put]:
    prices = [_PRICES[(number + position) % len(_PRICES)] for position in range(len(units))]
    product = make_product(next(iter(units)), prices, BEGINNING)
    opened = [open_stock(each, count, by=ADMIN_ID, clock=world.clock) for each, count in units.items()]
    return [catalog.insert_product(product), *(write for stock in opened for write in stock)]


def _holder(life: AccountLife, registered_at: datetime) -> User:
    user = _user(life.user_id, registered_at, is_verified=True)
    return msgspec.structs.replace(user, password_hash=simulate_hash(FIRST_PASSWORD))


def _user(user_id: str, registered_at: datetime, *, is_verified: bool = False) -> User:
    role = Role.ADMIN if user_id == ADMIN_ID else Role.CUSTOMER
    return make_user(user_id, role, registered_at, phone=_PHONE.format(user_id[-4:]), email_verified=is_verified)
