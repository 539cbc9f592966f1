from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from tests.unit.data.fake_shop import FakeShop, Fault

from tradewind_tools.data.errors import LoginRefusedError, ShopRefusedError
from tradewind_tools.data.messages import (
    Credentials,
    NewOrder,
    NewProduct,
    NewVariant,
    OrderItem,
    PaymentMethod,
    ShippingAddress,
    Stock,
)
from tradewind_tools.data.shop import ShopClient
from tradewind_tools.data.transport import Transport

CUP = NewProduct(
    product_id="cup",
    name="Cup",
    currency="GBP",
    category="kitchen",
    tags=("a", "b"),
    variants=(NewVariant(price=Decimal("2.10"), stock=5),),
)

IN_PROGRESS = 409, {"error": "InProgress", "message": "wait"}


def an_order(quantity: int = 2) -> NewOrder:
    return NewOrder(
        customer_id="user-1",
        items=(OrderItem(product_id="cup", quantity=quantity, unit_price=Decimal("1.66")),),
        shipping_address=ShippingAddress(name="A", street="B", city="C", postal_code="D", country="GB"),
        payment_method=PaymentMethod(token="tok_approved"),
        reference="invoice 1",
    )


def test_a_wrong_password_is_told_in_one_line(transport: Transport) -> None:
    shop = ShopClient(transport, Credentials(email="a@b.example", password="no"), wait=lambda _: None)
    with pytest.raises(LoginRefusedError, match=r"does not accept this e-mail and password for a@b\.example"):
        shop.log_in()


def test_an_expired_token_is_replaced_without_anybody_noticing(fake: FakeShop, shop: ShopClient) -> None:
    fake.expire_tokens()
    shop.create_product(CUP)
    assert fake.calls["POST /auth"] == 2


def test_a_login_without_the_right_is_told_in_one_line(fake: FakeShop, shop: ShopClient) -> None:
    fake.faults = [Fault(403)]
    with pytest.raises(LoginRefusedError, match="it takes an administrator"):
        shop.create_product(CUP)


def test_prices_go_over_the_wire_as_exact_numbers(fake: FakeShop, shop: ShopClient) -> None:
    shop.create_product(CUP)
    assert fake.products["cup"]["price"] == Decimal("2.10")
    assert [variant.price for variant in shop.variants("cup")] == [Decimal("2.1")]


def test_what_is_not_there_is_none(shop: ShopClient) -> None:
    assert shop.product("cup") is None
    assert shop.variants("cup") == ()
    assert shop.stock("cup") is None
    assert shop.order("order-1") is None


def test_stock_is_read_and_set(shop: ShopClient) -> None:
    shop.create_product(CUP)
    shop.set_on_hand("cup", 9)
    assert shop.stock("cup") == Stock(available=9)


def test_a_refusal_carries_the_code_and_the_particulars(shop: ShopClient) -> None:
    with pytest.raises(ShopRefusedError) as refused:
        shop.create_product(msgspec.structs.replace(CUP, name="x" * 201))
    assert (refused.value.status, refused.value.code) == (422, "InvalidRequest")
    assert str(refused.value).startswith("InvalidRequest: The request is not valid. Please correct: name. [name must")
    assert not refused.value.is_fault


def test_particulars_may_be_plain_text(fake: FakeShop, shop: ShopClient) -> None:
    fake.intercept = lambda _method, _path: (422, {"error": "InvalidRequest", "message": "no", "details": ["a", "b"]})
    with pytest.raises(ShopRefusedError, match=r"InvalidRequest: no \[a; b\]"):
        shop.product("cup")


def test_a_fault_names_the_request(fake: FakeShop, shop: ShopClient) -> None:
    fake.faults = [Fault(500)] * 4
    with pytest.raises(ShopRefusedError, match=r"Fault: on demand \(request r-2\)") as refused:
        shop.product("cup")
    assert refused.value.is_fault


def test_registering_somebody_twice_finds_the_account(fake: FakeShop, shop: ShopClient) -> None:
    first = shop.register("ada@shop.example", "Ada L")
    assert shop.register("ada@shop.example", "Ada L") == first
    assert len(fake.users) == 1


def test_an_account_that_is_not_there_is_refused(shop: ShopClient) -> None:
    with pytest.raises(ShopRefusedError, match="UserNotFound"):
        shop.account("nobody@shop.example")


def test_an_order_whose_answer_was_lost_is_placed_once(fake: FakeShop, shop: ShopClient) -> None:
    shop.register("ada@shop.example", "Ada L")
    shop.create_product(CUP)
    fake.faults = [Fault(0, after_work=True)]
    order = shop.place_order(an_order(), "key-1")
    assert list(fake.orders) == [order.order_id]
    assert shop.stock("cup") == Stock(available=3, reserved=2)


def test_a_request_still_being_worked_on_is_waited_for(fake: FakeShop, shop: ShopClient, pauses: list[float]) -> None:
    shop.register("ada@shop.example", "Ada L")
    shop.create_product(CUP)
    busy = iter([True, True, False])
    fake.intercept = lambda method, _: IN_PROGRESS if method == "POST" and next(busy) else None
    assert shop.place_order(an_order(), "key-1").total == Decimal("3.32")
    assert pauses == [0.25, 0.25]


def test_waiting_for_the_same_request_is_bounded(fake: FakeShop, shop: ShopClient, pauses: list[float]) -> None:
    fake.intercept = lambda _method, _path: IN_PROGRESS
    with pytest.raises(ShopRefusedError, match="InProgress"):
        shop.place_order(an_order(), "key-1")
    assert len(pauses) == 120


def test_an_answer_that_is_no_json_is_a_refusal(fake: FakeShop, shop: ShopClient) -> None:
    fake.intercept = lambda _method, _path: (200, {"name": 5})
    with pytest.raises(ShopRefusedError, match="UnexpectedAnswer"):
        shop.product("cup")
