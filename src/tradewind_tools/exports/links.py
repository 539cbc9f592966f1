"""Which operations go on with what another has made: links of the OpenAPI document, for readers and for tests.

https://spec.openapis.org/oas/v3.1.0#link-object
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final, NamedTuple


class Continuation(NamedTuple):
    """A field of an operation's response that other operations take: in the path, or in the body.

    They take it by the name `taken_as`, where that is another: a product's id is that of its first variant.
    """

    operation: str
    field: str
    targets: tuple[str, ...]
    in_body: bool = False
    taken_as: str = ""


_OF_A_PRODUCT: Final = (
    "product-get",
    "product-update",
    "product-delete",
    "options-replace",
    "variant-list",
    "variant-add",
    "variant-order",
)
_OF_A_VARIANT: Final = ("stock-get", "stock-set", "stock-movements")
_OF_AN_ORDER: Final = (
    "order-get",
    "order-status",
    "order-payments",
    "payment-action",
    "order-cancel",
    "order-fulfil",
    "order-refund",
)

CONTINUATIONS: Final = (
    Continuation("auth-register", "userId", ("user-get", "user-update")),
    Continuation("auth-login", "refreshToken", ("auth-refresh", "auth-logout"), in_body=True),
    Continuation("auth-refresh", "refreshToken", ("auth-refresh", "auth-logout"), in_body=True),
    Continuation("address-add", "addressId", ("address-update", "address-remove")),
    Continuation("product-create", "productId", _OF_A_PRODUCT),
    Continuation("product-create", "productId", _OF_A_VARIANT, taken_as="variantId"),
    Continuation("product-create", "productId", ("cart-add-item",), in_body=True),
    Continuation("cart-add-item", "variantId", ("cart-update-item", "cart-remove-item")),
    Continuation("order-create", "orderId", _OF_AN_ORDER),
    Continuation("checkout", "orderId", _OF_AN_ORDER),
)


def links_of(operation: str, known: Collection[str]) -> dict[str, Any]:
    """The links of an operation's response to those operations that are known, each by its target's name."""
    return {
        target: _link(each, target)
        for each in CONTINUATIONS
        for target in each.targets
        if each.operation == operation and target in known
    }


def _link(continuation: Continuation, target: str) -> dict[str, Any]:
    value = {continuation.taken_as or continuation.field: f"$response.body#/{continuation.field}"}
    return {"operationId": target, "requestBody" if continuation.in_body else "parameters": value}
