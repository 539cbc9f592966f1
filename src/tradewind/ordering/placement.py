"""Placing an order: one transaction, or for a large one, reservations in chunks first and then that one transaction.

The transaction holds the order, its lines, the stock, the event that starts the checkout, the idempotency record and
what is taken out of the cart: all of it, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

import msgspec

from tradewind.aws.events import record_event
from tradewind.aws.table import MAX_TRANSACTION_WRITES, ConditionFailed, Delete, Item, Key, Put, TableBusy, Write
from tradewind.cart.public import CartLine, line_from, line_key
from tradewind.cart.public_writes import take_units
from tradewind.catalog.public import Product, product_from, product_key
from tradewind.edge.errors import InProgress
from tradewind.edge.http import Response, encode
from tradewind.edge.idempotency import Idempotency
from tradewind.inventory.public import Reservation, plan_reservations, stock_from, stock_key
from tradewind.inventory.public_writes import attach_to_order, hold_stock, release_unplaced, take_over
from tradewind.kernel.clock import ulid
from tradewind.kernel.errors import Detail
from tradewind.kernel.partitions import order_partition
from tradewind.kernel.variant_ids import product_of
from tradewind.ordering import limits, views
from tradewind.ordering.errors import CartChanged, CustomerNotFound, OutOfStock, TooManyPaymentAttempts
from tradewind.ordering.events import order_placed_event
from tradewind.ordering.model import (
    HOLD,
    Address,
    Allowance,
    FulfilmentStatus,
    Order,
    OrderLine,
    OrderStatus,
    PaymentStatus,
    UnpaidOrders,
    count_tracked_units,
    count_units,
    total_minor,
)
from tradewind.ordering.pricing import RequestedLine, check_total, price_lines
from tradewind.ordering.reads import unpaid_from, unpaid_key
from tradewind.ordering.writes import insert_lines, insert_order
from tradewind.shop import Shop


class OrderDraft(msgspec.Struct, frozen=True):
    """An order before its prices are known. `cart` holds what the customer has in the cart of what is ordered.

    One that `is_limited` counts against the limits on its customer, and on the `caller_address` if that is known.
    """

    order_id: str
    customer_id: str
    requested: list[RequestedLine]
    shipping_address: Address
    payment_token: str
    correlation_id: str
    is_limited: bool
    caller_address: str = ""
    expected_total: Decimal | None = None
    placed_by: str | None = None
    reference: str | None = None
    cart: tuple[CartLine, ...] = ()
    is_whole_cart: bool = False

    @property
    def may_be_in_cart(self) -> bool:
        """A customer may have in the cart what he orders by name; an administrator's order leaves the cart alone."""
        return not self.is_whole_cart and not self.placed_by


class _PlannedWrite(NamedTuple):
    """A write of the placing transaction, and what has changed when its condition fails."""

    write: Write
    concerns: Literal["stock", "idempotency", "cart", "order", "limits"]
    variant_id: str = ""


def place(draft: OrderDraft, idempotency: Idempotency | None, shop: Shop) -> Response:
    """Place the order, or give the stored response of the request that did.

    Raises what the caller can act on: see ordering.errors, catalog.errors, edge.idempotency and InvalidAmount.
    """
    for consistent in (False, True):
        with suppress(_CountsOutdated):
            return _place(draft, idempotency, shop, consistent=consistent)
        draft, idempotency = _begin_anew(draft, idempotency, shop)
    raise TableBusy("Others of your orders are being placed just now. Please try again.", retry_after_seconds=1)


class _CountsOutdated(Exception):
    """What the customer's unpaid orders take has changed since it was read; no limit is reached."""


def _begin_anew(
    draft: OrderDraft, idempotency: Idempotency | None, shop: Shop
) -> tuple[OrderDraft, Idempotency | None]:
    """The same request as another order: what was held ahead for the first one is released, and stays so."""
    order_id = ulid(shop.clock)
    again = msgspec.structs.replace(idempotency, owner=order_id) if idempotency else None
    return msgspec.structs.replace(draft, order_id=order_id), again


def _place(draft: OrderDraft, idempotency: Idempotency | None, shop: Shop, *, consistent: bool) -> Response:
    known = shop.table.get_many(_keys_to_read(draft, idempotency), consistent=consistent)
    if idempotency and (stored := idempotency.replay(known.get(idempotency.key))):
        return stored
    _check_customer(draft, known)
    lines, currency = price_lines(draft.requested, _products(draft, known))
    order = _order(draft, lines, currency, shop)
    check_total(order.total_minor, currency, draft.expected_total)
    response = Response(201, encode(views.summary(order)))
    draft = msgspec.structs.replace(draft, cart=_lines_in_cart(draft, known))
    unpaid = unpaid_from(known.get(unpaid_key(draft.customer_id)))
    placement = _Placement(draft, order, lines, unpaid, idempotency, response, shop)
    try:
        limits.count_attempt(order, shop)
    except TooManyPaymentAttempts:
        if stored := placement.find_stored_response():
            return stored
        raise
    return _commit_counted(placement)


def _commit_counted(placement: _Placement) -> Response:
    """Commit a placement whose attempt to pay is counted; where it places no order, that is given back."""
    try:
        response = _commit(placement)
    except TableBusy:  # it may be placed after all
        raise
    except Exception:
        limits.give_back_attempt(placement.order, placement.shop)
        raise
    if response is not placement.response:  # that of the request that was faster
        limits.give_back_attempt(placement.order, placement.shop)
    return response


def _commit(placement: _Placement) -> Response:
    try:
        return placement.commit()
    except CartChanged:
        if placement.draft.is_whole_cart:
            raise
        return placement.commit_leaving_cart()


class _Placement:
    """One attempt to place one priced order."""

    def __init__(
        self,
        draft: OrderDraft,
        order: Order,
        lines: list[OrderLine],
        unpaid: UnpaidOrders,
        idempotency: Idempotency | None,
        response: Response,
        shop: Shop,
    ) -> None:
        self.draft = draft
        self.order = order
        self.lines = lines
        self.leaves_cart = False
        self.unpaid = unpaid
        self.idempotency = idempotency
        self.response = response
        self.shop = shop
        self.reservations = plan_reservations(order.order_id, count_tracked_units(lines), order.created_at + HOLD)

    def commit(self) -> Response:
        at_once = [
            *(write for reservation in self.reservations for write in _hold(reservation)),
            *self._insert_order(claimed=False),
        ]
        if len(self.reservations) <= 1 and len(at_once) <= MAX_TRANSACTION_WRITES:
            return self._finish(at_once)
        return self._commit_in_chunks()

    def commit_leaving_cart(self) -> Response:
        """Place the order, and leave what is in the cart to the consumer of its event."""
        self.leaves_cart = True
        return self.commit()

    def _commit_in_chunks(self) -> Response:
        """Claim the idempotency key, hold chunk by chunk, then place the order if every chunk is still held.

        The limits are looked at first, and count in the last transaction: who has reached one holds nothing meanwhile.
        A refusal frees the key. Where the table was too busy to say what was done, a repeat looks for it.
        """
        limits.refuse_beyond(self.order, self.shop)
        if stored := self._claim():
            return stored
        begun: list[Reservation] = []
        try:
            for reservation in self.reservations:
                begun.append(reservation)
                self._hold_ahead(reservation)
            return self._finish_held(begun)
        except TableBusy:
            self._undo(begun, Idempotency.abandon)
            raise
        except Exception:
            self._undo(begun, Idempotency.release)
            raise

    def _finish_held(self, begun: list[Reservation]) -> Response:
        """Place the order with what is held for it; a cart that was changed meanwhile is left as it is."""
        attached = [_PlannedWrite(attach_to_order(reservation), "order") for reservation in begun]
        try:
            return self._finish([*attached, *self._insert_order(claimed=True)])
        except CartChanged:
            if self.draft.is_whole_cart:
                raise
        self.leaves_cart = True
        return self._finish([*attached, *self._insert_order(claimed=True)])

    def _claim(self) -> Response | None:
        """The stored response when another request with this key was faster."""
        if self.idempotency is None:
            return None
        self.idempotency = self.idempotency.after(self.shop.table.get(self.idempotency.key, consistent=True))
        try:
            self.shop.table.write(self.idempotency.claim())
        except ConditionFailed:
            return self._replay()
        return None

    def _hold_ahead(self, reservation: Reservation) -> None:
        """Resume what an abandoned attempt at this order holds, or hold anew; what it began may come a moment late.

        What held other units, since its cart was another one, is left to its deadline.
        """
        if not self._resume(reservation):
            try:
                self._transact(_hold(reservation, ahead_of_order=True))
            except OutOfStock:
                if not self._resume(reservation):
                    raise

    def _resume(self, reservation: Reservation) -> bool:
        for order_id in self.idempotency.abandoned if self.idempotency else ():
            with suppress(ConditionFailed):
                self.shop.table.transact(take_over(reservation, order_id))
                return True
        return False

    def _undo(self, begun: list[Reservation], leave: Callable[[Idempotency], Put | Delete]) -> None:
        """Release the stock, and leave the key, unless the order was placed and only its response was lost."""
        try:
            for reservation in begun:
                with suppress(ConditionFailed):
                    self.shop.table.transact(release_unplaced(reservation))
        finally:
            if self.idempotency:
                with suppress(ConditionFailed):
                    self.shop.table.write(leave(self.idempotency))

    def _insert_order(self, *, claimed: bool) -> list[_PlannedWrite]:
        """The order, its lines, its counts, its event, the response, and what leaves the cart if it fits."""
        inserted = [insert_order(self.order), *insert_lines(self.order, self.lines)]
        counted = limits.count(self.order, self.unpaid, self.shop.settings)
        fixed = [
            *(_PlannedWrite(write, "order") for write in inserted),
            *(_PlannedWrite(write, "limits") for write in counted),
            *self._store_response(claimed=claimed),
        ]
        taken = self._take_from_cart()
        beside = sum(len(_hold(reservation)) for reservation in self.reservations[:1]) + len(fixed) + 1
        cart_remains = self.leaves_cart or beside + len(taken) > MAX_TRANSACTION_WRITES
        return [*fixed, self._record_placed(cart_remains=cart_remains), *([] if cart_remains else taken)]

    def _take_from_cart(self) -> list[_PlannedWrite]:
        units, now = count_units(self.lines), self.order.created_at
        taken = (take_units(self.draft.customer_id, line, units[line.variant_id], now) for line in self.draft.cart)
        return [_PlannedWrite(write, "cart") for write in taken]

    def _store_response(self, *, claimed: bool) -> list[_PlannedWrite]:
        if self.idempotency is None:
            return []
        return [_PlannedWrite(self.idempotency.complete(self.response, claimed=claimed), "idempotency")]

    def _record_placed(self, *, cart_remains: bool) -> _PlannedWrite:
        placed = order_placed_event(self.order, self.shop.clock, cart_remains=cart_remains)
        return _PlannedWrite(record_event(placed, order_partition(self.order.order_id)), "order")

    def _finish(self, planned: list[_PlannedWrite]) -> Response:
        return self._transact(planned) or self.response

    def _transact(self, planned: list[_PlannedWrite]) -> Response | None:
        """The stored response when another request with this key was faster.

        Raises OutOfStock, CartChanged, or which limit is reached.
        """
        try:
            self.shop.table.transact([each.write for each in planned])
        except ConditionFailed as error:
            failed = [planned[position] for position in error.positions]
            concerns = {each.concerns for each in failed}
            if "idempotency" in concerns:
                return self._replay()
            if "limits" in concerns:
                limits.refuse_beyond(self.order, self.shop)
                raise _CountsOutdated from error
            if "stock" in concerns:
                raise self._out_of_stock([each.variant_id for each in failed if each.variant_id]) from error
            if "cart" in concerns:
                raise CartChanged("The cart was changed meanwhile. Look at it again and repeat.") from error
            raise TableBusy("Placing the order took too long. Please try again.", retry_after_seconds=1) from error
        return None

    def find_stored_response(self) -> Response | None:
        """The response of another request with this key, as it is at this moment."""
        if self.idempotency is None:
            return None
        return self.idempotency.replay(self.shop.table.get(self.idempotency.key, consistent=True))

    def _replay(self) -> Response:
        stored = self.find_stored_response()
        if stored is None:
            raise InProgress("The first request with this key was given up just now. Repeat it.", retry_after_seconds=1)
        return stored

    def _out_of_stock(self, variant_ids: list[str]) -> OutOfStock:
        names = {line.variant_id: line.full_name for line in self.lines}
        found = self.shop.table.get_many([stock_key(variant_id) for variant_id in variant_ids], consistent=True)
        left = {stock.variant_id: stock.available for stock in map(stock_from, found.values())}
        details = tuple(
            Detail(variant_id, _stock_message(names[variant_id], left.get(variant_id, 0))) for variant_id in variant_ids
        )
        return OutOfStock(" ".join(detail.message for detail in details[:3]), details)


def _hold(reservation: Reservation, *, ahead_of_order: bool = False) -> list[_PlannedWrite]:
    *stock, own = hold_stock(reservation, ahead_of_order=ahead_of_order)
    by_variant = [
        _PlannedWrite(write, "stock", variant_id) for write, variant_id in zip(stock, reservation.units, strict=True)
    ]
    return [*by_variant, _PlannedWrite(own, "order")]


def _stock_message(name: str, left: int) -> str:
    if left <= 0:
        return f"'{name}' is sold out."
    return f"Only {left} of '{name}' {'is' if left == 1 else 'are'} left."


def _keys_to_read(draft: OrderDraft, idempotency: Idempotency | None) -> list[Key]:
    keys = [product_key(product_id) for product_id in _product_ids(draft)]
    if draft.may_be_in_cart:
        keys += dict.fromkeys(line_key(draft.customer_id, line.variant_id) for line in draft.requested)
    if idempotency:
        keys.append(idempotency.key)
    if draft.is_limited:
        keys.append(unpaid_key(draft.customer_id))
    if draft.placed_by:
        from tradewind.identity.public import contact_key  # noqa: PLC0415 - customers order for themselves

        keys.append(contact_key(draft.customer_id))
    return keys


def _lines_in_cart(draft: OrderDraft, known: dict[Key, Item]) -> tuple[CartLine, ...]:
    if not draft.may_be_in_cart:
        return draft.cart
    keys = dict.fromkeys(line_key(draft.customer_id, line.variant_id) for line in draft.requested)
    return tuple(line_from(known[key]) for key in keys if key in known)


def _products(draft: OrderDraft, known: dict[Key, Item]) -> dict[str, Product]:
    keys = {product_id: product_key(product_id) for product_id in _product_ids(draft)}
    return {product_id: product_from(known[key]) for product_id, key in keys.items() if key in known}


def _product_ids(draft: OrderDraft) -> Iterable[str]:
    return dict.fromkeys(product_of(line.variant_id) for line in draft.requested)


def _check_customer(draft: OrderDraft, known: dict[Key, Item]) -> None:
    """A customer who orders for himself was let in by the authorizer; one that an administrator names must exist."""
    if not draft.placed_by:
        return
    from tradewind.identity.public import contact_from, contact_key  # noqa: PLC0415 - as above

    item = known.get(contact_key(draft.customer_id))
    if item is None or not contact_from(item).is_active:
        raise CustomerNotFound(f"There is no active customer {draft.customer_id!r}.")


def _order(draft: OrderDraft, lines: list[OrderLine], currency: str, shop: Shop) -> Order:
    now = shop.clock.now()
    return Order(
        order_id=draft.order_id,
        customer_id=draft.customer_id,
        status=OrderStatus.PENDING,
        payment_status=PaymentStatus.UNPAID,
        fulfilment_status=FulfilmentStatus.UNFULFILLED,
        currency=currency,
        total_minor=total_minor(lines),
        refunded_minor=0,
        line_count=len(lines),
        shipping_address=draft.shipping_address,
        payment_token=draft.payment_token,
        created_at=now,
        updated_at=now,
        version=1,
        correlation_id=draft.correlation_id,
        placed_by=draft.placed_by,
        reference=draft.reference,
        from_cart=draft.is_whole_cart,
        allowance=_allowance(draft, lines, now, shop),
    )


def _allowance(draft: OrderDraft, lines: list[OrderLine], now: datetime, shop: Shop) -> Allowance | None:
    """Raises TooManyUnitsHeld."""
    if not draft.is_limited:
        return None
    units = sum(count_tracked_units(lines).values())
    return limits.allowance(units, draft.caller_address, shop.settings, now)
