from __future__ import annotations

from decimal import Decimal

from tests.fakes import START

from tradewind.cart.messages import CurrencyTotal
from tradewind.cart.model import Availability, CartLine
from tradewind.cart.pricing import PricedLine
from tradewind.cart.views import cart
from tradewind.catalog.public import Product, find_variant
from tradewind.inventory.public import Stock
from tradewind_tools.memory.products import make_product


def product(
    product_id: str = "shirt",
    price_minor: int = 1299,
    currency: str = "USD",
    *,
    is_active: bool = True,
    track_stock: bool = True,
) -> Product:
    return make_product(
        product_id,
        price_minor,
        START,
        currency=currency,
        is_active=is_active,
        track_stock=track_stock,
        image_url=f"https://img.example/{product_id}.jpg",
    )


def priced(quantity: int, product: Product | None, available: int | None = None) -> PricedLine:
    product_id = product.product_id if product else "gone"
    line = CartLine(product_id, quantity, added_at=START, updated_at=START, version=1)
    stock = None if available is None else Stock(product_id, available, reserved=0, sold=0, version=1)
    offer = find_variant(product, product_id) if product else None
    return PricedLine(line, product, offer, stock)


def test_an_item_has_todays_name_and_price() -> None:
    [item] = cart([priced(3, product(), available=5)], "USD").items
    assert (item.name, item.image_url) == ("Shirt", "https://img.example/shirt.jpg")
    assert (item.unit_price, item.line_total, item.currency) == (Decimal("12.99"), Decimal("38.97"), "USD")
    assert (item.availability, item.available) == (Availability.AVAILABLE, 5)


def test_an_empty_cart_costs_nothing() -> None:
    view = cart([], "EUR")
    assert (view.items, view.item_count, view.unavailable) == ([], 0, [])
    assert (view.currency, view.total, view.totals) == ("EUR", Decimal("0.00"), [CurrencyTotal("EUR", Decimal("0.00"))])


def test_an_item_short_of_stock_says_what_is_left_and_counts_in_the_total() -> None:
    view = cart([priced(3, product(), available=2)], "USD")
    assert (view.items[0].availability, view.items[0].available) == (Availability.INSUFFICIENT, 2)
    assert (view.total, view.unavailable) == (Decimal("38.97"), [])


def test_items_that_cannot_be_bought_are_listed_and_do_not_count_in_the_total() -> None:
    view = cart(
        [
            priced(1, product("hat", 500), available=1),
            priced(2, None),
            priced(3, product("socks", is_active=False), available=9),
            priced(4, product("scarf"), available=0),
            priced(5, product("gloves")),
        ],
        "USD",
    )
    assert view.unavailable == ["gone", "socks", "scarf", "gloves"]
    assert [item.available for item in view.items] == [1, 0, 0, 0, 0]
    assert (view.total, view.item_count) == (Decimal("5.00"), 15)


def test_an_item_whose_product_was_deleted_has_neither_name_nor_price() -> None:
    [item] = cart([priced(2, None)], "USD").items
    assert (item.name, item.image_url, item.unit_price, item.currency, item.line_total) == (None,) * 5


def test_an_item_that_tracks_no_stock_is_always_available() -> None:
    [item] = cart([priced(100_000, product("postage", track_stock=False))], "USD").items
    assert (item.availability, item.available) == (Availability.AVAILABLE, None)


def test_a_cart_of_several_currencies_has_a_total_for_each() -> None:
    view = cart(
        [
            priced(2, product("hat", 500, "USD"), available=9),
            priced(1, product("kimono", 12_000, "JPY"), available=9),
            priced(1, product("abaya", 1_500, "KWD"), available=9),
            priced(1, product("socks", 250, "USD"), available=9),
        ],
        "USD",
    )
    assert (view.currency, view.total) == (None, None)
    assert view.totals == [
        CurrencyTotal("JPY", Decimal(12_000)),
        CurrencyTotal("KWD", Decimal("1.500")),
        CurrencyTotal("USD", Decimal("12.50")),
    ]


def test_a_currency_of_which_nothing_can_be_bought_does_not_count() -> None:
    sold_out = priced(1, product("kimono", 12_000, "JPY"), available=0)
    view = cart([priced(1, product("hat", 500, "USD"), available=9), sold_out], "EUR")
    assert (view.currency, view.total) == ("USD", Decimal("5.00"))
