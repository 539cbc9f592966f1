"""Placing an order: one transaction, or for a large one, reservations in chunks first and then that one transaction.

The transaction holds the order, its lines, the stock, the event that starts the saga, the idempotency record and the
emptied cart: all of it, or nothing.
"""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Literal, NamedTuple

import msgspec

from tradewind.aws.events import record_event
from tradewind.aws.table import MAX_TRANSACTION_WRITES, ConditionFailed, Item, Key, TableBusy, Write
from tradewind.cart.public import CartLine, delete_unchanged_line
from tradewind.catalog.public import Product, ProductUnavailable, product_from, product_key
from tradewind.edge.errors import InProgress
from tradewind.edge.http import Response, encode
from tradewind.edge.idempotency import Idempotency
from tradewind.inventory.public import (
    Reservation,
    attach_to_order,
    hold_stock,
    plan_reservations,
    release_unplaced,
    stock_from,
    stock_key,
)
from tradewind.kernel.errors import Detail, InvalidAmount
from tradewind.kernel.events import event
from tradewind.kernel.money import MAX_MINOR, price_to_minor, to_decimal, to_minor
from tradewind.ordering import store, views
from tradewind.ordering.errors import (
    CartChanged,
    CustomerNotFound,
    MixedCurrencies,
    OutOfStock,
    TotalChanged,
)
from tradewind.ordering.model import (
    HOLD,
    Address,
    FulfilmentStatus,
    Line,
    Order,
    OrderPlaced,
    OrderStatus,
    PaymentStatus,
    total_minor,
    tracked_units,
)
from tradewind.shop import Shop


class Wanted(msgspec.Struct, frozen=True):
    """A position that somebody wants to order; without a price of its own it has the catalogue's."""

    product_id: str
    quantity: int
    unit_price: Decimal | None = None


class Draft(msgspec.Struct, frozen=True):
    """An order before its prices are known. `cart` holds the cart's lines when it is placed from there."""

    order_id: str
    customer_id: str
    wanted: list[Wanted]
    shipping_address: Address
    payment_token: str
    correlation_id: str
    expected_total: Decimal | None = None
    placed_by: str | None = None
    reference: str | None = None
    cart: tuple[CartLine, ...] = ()


class _Action(NamedTuple):
    """A write of the placing transaction, and what it means when its condition fails."""

    write: Write
    meaning: Literal["stock", "key", "cart", "order"]
    product_id: str = ""


def place(draft: Draft, idempotency: Idempotency | None, shop: Shop) -> Response:
    """Place the order, or give the stored answer of the request that did.

    Raises what the caller can act on: see ordering.errors, aws.idempotency and InvalidAmount.
    """
    known = shop.table.get_many(_keys_to_read(draft, idempotency))
    if idempotency and (stored := idempotency.replay(known.get(idempotency.key))):
        return stored
    _check_customer(draft, known)
    lines, currency = _priced_lines(draft, known)
    order = _order(draft, lines, currency, shop)
    _check_total(draft, order)
    response = Response(201, encode(views.summary(order)))
    return _Placing(draft, order, lines, idempotency, response, shop).commit()


class _Placing:
    """One attempt to place one priced order."""

    def __init__(
        self,
        draft: Draft,
        order: Order,
        lines: list[Line],
        idempotency: Idempotency | None,
        response: Response,
        shop: Shop,
    ) -> None:
        self.draft = draft
        self.order = order
        self.lines = lines
        self.idempotency = idempotency
        self.response = response
        self.shop = shop
        self.names = {line.product_id: line.name for line in lines}
        self.reservations = plan_reservations(order.order_id, tracked_units(lines), order.created_at + HOLD)

    def commit(self) -> Response:
        at_once = [
            *(action for reservation in self.reservations for action in _holding(reservation)),
            *self._order_itself(claimed=False),
        ]
        if len(self.reservations) <= 1 and len(at_once) <= MAX_TRANSACTION_WRITES:
            return self._finish(at_once)
        return self._commit_in_chunks()

    def _commit_in_chunks(self) -> Response:
        """Claim the key, hold chunk by chunk, then place the order if every chunk is still held."""
        if stored := self._claim():
            return stored
        held: list[Reservation] = []
        try:
            for reservation in self.reservations:
                self._transact(_holding(reservation, ahead_of_order=True))
                held.append(reservation)
            attached = [_Action(attach_to_order(reservation), "order") for reservation in held]
            return self._finish([*attached, *self._order_itself(claimed=True)])
        except Exception:
            self._give_back(held)
            raise

    def _claim(self) -> Response | None:
        if self.idempotency is None:
            return None
        try:
            self.shop.table.write(self.idempotency.claim())
        except ConditionFailed:
            return self._stored_answer()
        return None

    def _give_back(self, held: list[Reservation]) -> None:
        """Undo the holds and the claim, unless the order was placed after all and only its answer was lost."""
        for reservation in held:
            with suppress(ConditionFailed):
                self.shop.table.transact(release_unplaced(reservation))
        if self.idempotency:
            with suppress(ConditionFailed):
                self.shop.table.write(self.idempotency.release())

    def _order_itself(self, *, claimed: bool) -> list[_Action]:
        """The order, its lines, its event, the key, and as much of the cart as fits beside them."""
        key = [_Action(self.idempotency.complete(self.response, claimed=claimed), "key")] if self.idempotency else []
        cart = [_Action(delete_unchanged_line(self.draft.customer_id, line), "cart") for line in self.draft.cart]
        fixed = [
            _Action(store.new(self.order), "order"),
            *(_Action(page, "order") for page in store.new_lines(self.order.order_id, self.lines)),
            *key,
        ]
        beside = sum(len(_holding(reservation)) for reservation in self.reservations[:1]) + len(fixed) + 1
        cart_left = beside + len(cart) > MAX_TRANSACTION_WRITES
        return [*fixed, _Action(self._told(cart_left=cart_left), "order"), *([] if cart_left else cart)]

    def _told(self, *, cart_left: bool) -> Write:
        order = self.order
        fact = OrderPlaced(
            order_id=order.order_id,
            customer_id=order.customer_id,
            total_minor=order.total_minor,
            currency=order.currency,
            line_count=order.line_count,
            cart_left=cart_left,
        )
        happened = event(
            fact,
            about=order.order_id,
            sequence=order.version,
            clock=self.shop.clock,
            correlation_id=order.correlation_id,
        )
        return record_event(happened, store.partition(order.order_id))

    def _finish(self, actions: list[_Action]) -> Response:
        return self._transact(actions) or self.response

    def _transact(self, actions: list[_Action]) -> Response | None:
        """Raises OutOfStock or CartChanged; the stored answer when another request with this key was faster."""
        try:
            self.shop.table.transact([action.write for action in actions])
        except ConditionFailed as error:
            failed = [actions[position] for position in error.positions]
            meanings = {action.meaning for action in failed}
            if "key" in meanings:
                return self._stored_answer()
            if "stock" in meanings:
                raise self._out_of_stock([action.product_id for action in failed if action.product_id]) from error
            if "cart" in meanings:
                raise CartChanged("The cart was changed meanwhile. Look at it again and repeat.") from error
            raise TableBusy("Placing the order took too long. Please try again.", retry_after_seconds=1) from error
        return None

    def _stored_answer(self) -> Response:
        assert self.idempotency  # noqa: S101 - only a request with a key meets a key
        stored = self.idempotency.replay(self.shop.table.get(self.idempotency.key, consistent=True))
        if stored is None:
            raise InProgress("The first request with this key was given up just now. Repeat it.", retry_after_seconds=1)
        return stored

    def _out_of_stock(self, product_ids: list[str]) -> OutOfStock:
        found = self.shop.table.get_many([stock_key(product_id) for product_id in product_ids], consistent=True)
        left = {stock.product_id: stock.available for stock in map(stock_from, found.values())}
        details = tuple(
            Detail(product_id, _what_is_left(self.names[product_id], left.get(product_id, 0)))
            for product_id in product_ids
        )
        return OutOfStock(" ".join(detail.message for detail in details[:3]), details)


def _holding(reservation: Reservation, *, ahead_of_order: bool = False) -> list[_Action]:
    *stock, own = hold_stock(reservation, ahead_of_order=ahead_of_order)
    by_product = [
        _Action(write, "stock", product_id) for write, product_id in zip(stock, reservation.units, strict=True)
    ]
    return [*by_product, _Action(own, "order")]


def _what_is_left(name: str, left: int) -> str:
    if left <= 0:
        return f"'{name}' is sold out."
    return f"Only {left} of '{name}' {'is' if left == 1 else 'are'} left."


def _keys_to_read(draft: Draft, idempotency: Idempotency | None) -> list[Key]:
    keys = [product_key(wanted.product_id) for wanted in draft.wanted]
    if idempotency:
        keys.append(idempotency.key)
    if draft.placed_by:
        from tradewind.identity.public import contact_key  # noqa: PLC0415 - customers order for themselves

        keys.append(contact_key(draft.customer_id))
    return keys


def _check_customer(draft: Draft, known: dict[Key, Item]) -> None:
    """A customer who orders for himself was let in by the authorizer; one that an administrator names must exist."""
    if not draft.placed_by:
        return
    from tradewind.identity.public import contact_from, contact_key  # noqa: PLC0415 - as above

    item = known.get(contact_key(draft.customer_id))
    if item is None or not contact_from(item).is_active:
        raise CustomerNotFound(f"There is no active customer {draft.customer_id!r}.")


def _priced_lines(draft: Draft, known: dict[Key, Item]) -> tuple[list[Line], str]:
    """Lines with the names and prices of this moment, and their currency.

    Raises ProductUnavailable, MixedCurrencies or InvalidAmount.
    """
    keys = {wanted.product_id: product_key(wanted.product_id) for wanted in draft.wanted}
    products = {product_id: product_from(known[key]) for product_id, key in keys.items() if key in known}
    missing = [id_ for id_ in keys if id_ not in products or not products[id_].is_active]
    if missing:
        details = tuple(Detail(product_id, "is not sold here") for product_id in missing)
        raise ProductUnavailable(f"Not available: {', '.join(missing[:10])}.", details)
    currencies = {product.currency for product in products.values()}
    if len(currencies) > 1:
        raise MixedCurrencies(f"An order has one currency, not {' and '.join(sorted(currencies))}.")
    return [_priced(wanted, products[wanted.product_id]) for wanted in draft.wanted], currencies.pop()


def _priced(wanted: Wanted, product: Product) -> Line:
    agreed, currency = wanted.unit_price, product.currency
    return Line(
        product_id=product.product_id,
        name=product.name,
        quantity=wanted.quantity,
        unit_price_minor=product.price_minor if agreed is None else price_to_minor(agreed, currency, "unitPrice"),
        tracked=product.track_stock,
    )


def _order(draft: Draft, lines: list[Line], currency: str, shop: Shop) -> Order:
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
        from_cart=bool(draft.cart),
    )


def _check_total(draft: Draft, order: Order) -> None:
    if order.total_minor > MAX_MINOR:
        raise InvalidAmount("The total is more than the shop can handle.")
    expected = draft.expected_total
    if expected is not None and to_minor(expected, order.currency, "expectedTotal") != order.total_minor:
        total = to_decimal(order.total_minor, order.currency)
        raise TotalChanged(f"The total is {total} {order.currency} now, not {expected}. Look at the prices again.")
