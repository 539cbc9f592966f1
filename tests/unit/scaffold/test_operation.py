from __future__ import annotations

import pytest

from tradewind.kernel.caller import Permission, Role
from tradewind_tools.scaffold.errors import InvalidName, InvalidRoute, NoPermission, RoleByHand
from tradewind_tools.scaffold.operation import Kind, Operation, plural, singular


def operation(name: str, route: str, role: Role = Role.CUSTOMER) -> Operation:
    return Operation.parse(name, route, role)


@pytest.mark.parametrize(
    ("name", "route", "kind"),
    [
        ("wishlist.add_item", "POST /wishlist", Kind.CREATE),
        ("wishlist.list_items", "GET /wishlist", Kind.LIST),
        ("wishlist.get_item", "GET /wishlist/{itemId}", Kind.GET),
        ("wishlist.rename_item", "PUT /wishlist/{itemId}", Kind.UPDATE),
        ("wishlist.remove_item", "DELETE /wishlist/{itemId}", Kind.DELETE),
        ("catalog.list_reviews", "GET /products/{productId}/reviews", Kind.LIST),
    ],
)
def test_kind_follows_from_the_route(name: str, route: str, kind: Kind) -> None:
    assert operation(name, route).kind is kind


@pytest.mark.parametrize(
    "name",
    ["add_item", "wishlist", "wishlist.add", "Wishlist.add_item", "wish-list.add_item", "a.b.c_d", "", "edge.add_item"],
)
def test_name_without_a_service_a_verb_and_a_noun_is_refused(name: str) -> None:
    with pytest.raises(InvalidName, match=r"write service\.verb_noun, such as wishlist\.add_item"):
        operation(name, "POST /wishlist")


@pytest.mark.parametrize(
    ("route", "reason"),
    [
        ("PATCH /wishlist", "write one such as 'GET /products'"),
        ("/wishlist", "write one such as 'GET /products'"),
        ("PUT /wishlist", "a PUT ends with the id of what it changes"),
        ("DELETE /wishlist", "a DELETE ends with the id of what it changes"),
        ("GET /a/{a}/b/{b}/c/{c}", "more than two parameters"),
        ("GET /Wish List", "lower-case words with hyphens"),
        ("GET /wishlist/", "lower-case words with hyphens"),
        ("GET /wishlist/{item-id}", "lower-case words with hyphens"),
        ("POST /a/{aId}/b/{bId}", "names two things that what it creates or lists belongs to"),
    ],
)
def test_route_that_says_too_little_or_too_much_is_refused(route: str, reason: str) -> None:
    with pytest.raises(InvalidRoute, match=reason):
        operation("wishlist.do_item", route)


def test_names_follow_from_the_operation() -> None:
    listed = operation("wishlist.list_items", "GET /wishlist")
    assert (listed.function, listed.handler) == ("wishlist-list-items", "tradewind.wishlist.handlers.list_items")
    assert (listed.noun, listed.thing, listed.things_class, listed.id_name) == ("item", "item", "Items", "item_id")


def test_things_are_the_callers_own_or_belong_to_a_parameter_or_to_nobody() -> None:
    own = operation("wishlist.get_item", "GET /wishlist/{itemId}")
    assert (own.owner, own.partition, own.is_callers) == ("user_id", "USER", True)
    of_a_product = operation("catalog.get_review", "GET /products/{productId}/reviews/{reviewId}")
    assert (of_a_product.owner, of_a_product.partition, of_a_product.is_callers) == ("product_id", "REVIEW", False)
    of_the_shop = operation("vouchers.get_voucher", "GET /vouchers/{voucherId}", Role.ADMIN)
    assert (of_the_shop.owner, of_the_shop.partition, of_the_shop.is_callers) == ("", "VOUCHER", False)


def test_nothing_is_written_for_guests() -> None:
    with pytest.raises(RoleByHand):
        operation("wishlist.get_item", "GET /wishlist/{itemId}", Role.GUEST)


@pytest.mark.parametrize(
    ("one", "many"),
    [("item", "items"), ("entry", "entries"), ("day", "days"), ("box", "boxes"), ("address", "addresses")],
)
def test_plural_is_formed_as_is_usual(one: str, many: str) -> None:
    assert plural(one) == many


@pytest.mark.parametrize(
    ("many", "one"), [("items", "item"), ("entries", "entry"), ("address", "address"), ("item", "item")]
)
def test_singular_is_formed_as_is_usual(many: str, one: str) -> None:
    assert singular(many) == one


def test_operation_of_staff_names_its_permission() -> None:
    named = Operation.parse("vouchers.list_vouchers", "GET /vouchers", Role.STAFF, Permission.CATALOGUE)
    assert named.permission is Permission.CATALOGUE
    for role, permission in ((Role.STAFF, None), (Role.CUSTOMER, Permission.ORDERS)):
        with pytest.raises(NoPermission):
            Operation.parse("vouchers.list_vouchers", "GET /vouchers", role, permission)
