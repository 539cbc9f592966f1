"""Every operation of the API at work once, as a customer, an administrator and a provider would use them."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.e2e.authenticator import Authenticator
from tests.e2e.browserless import ADDRESS, PASSWORD, Visitor
from tests.fakes import FakeSecrets, make_shop

from tradewind.notifications.unsubscribe_links import SECRET_PURPOSE, issue_unsubscribe_token
from tradewind.payments import signatures
from tradewind.settings import Settings
from tradewind_tools.localcloud import payment_webhooks
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.sdk import local_session

FORM = {"content-type": "application/x-www-form-urlencoded"}


def use_every_operation(cloud: LocalCloud, visitor: Visitor, admin: Visitor) -> Visitor:
    """Each succeeds; returns the customer, who has left. A shop is used so once: products have names of their own."""
    customer = visitor.register()
    _sell(admin, visitor)
    _look_around_as_a_guest(visitor)
    _send_and_give_back(admin, _buy(customer))
    _think_again(customer)
    _hear(visitor, cloud)
    _look_around(customer, admin)
    _forget_the_password(visitor)
    _keep_addresses(visitor)
    _change_the_address(visitor)
    _end_sessions(visitor)
    _change_access(visitor, admin)
    _add_a_second_factor(visitor)
    _lose_a_second_factor(visitor, admin)
    _fetch_own_data(customer)
    _delete_accounts(visitor, admin)
    _unsubscribe(visitor, customer, cloud)
    _measure(visitor, admin)
    _leave(customer)
    return customer


def _sell(admin: Visitor, visitor: Visitor) -> None:
    product = admin.add_product("contract", 20)
    admin.add_product("contract-deleted")
    admin.put(f"/products/{product}", {"name": "Contract", "price": 2.5, "category": "tests"}).ok()
    admin.delete("/products/contract-deleted").ok()
    admin.put(f"/variants/{product}/stock", {"adjustment": 1}).ok()
    admin.get(f"/variants/{product}/stock").ok()
    admin.get(f"/variants/{product}/stock/movements").ok()
    _sell_in_variants(admin)
    visitor.get(f"/products/{product}").ok()
    visitor.get("/products").ok()
    visitor.get("/products/category/tests").ok()
    visitor.get("/status").ok()
    visitor.get("/openapi.json").ok()


def _sell_in_variants(admin: Visitor) -> None:
    size, options = "Size", [{"name": "Size", "values": ["S", "M"]}]
    small, medium = ({"options": {size: each}, "price": 4, "stock": 3} for each in ("S", "M"))
    new = {"productId": "contract-sizes", "name": "Sizes", "category": "tests", "options": options}
    created = admin.post("/products", new | {"variants": [small]}).ok()
    here = "/products/contract-sizes"
    admin.post(f"{here}/variants", {"variants": [medium]}).ok()
    admin.put(f"{here}/variants/order", {"variantIds": ["contract-sizes.1", "contract-sizes"]}).ok()
    admin.put(f"{here}/variants/contract-sizes.1", {"options": {size: "M"}, "price": 5, "cost": 2}).ok()
    admin.put(f"{here}/options", {"options": created["options"], "version": 4}).ok()
    admin.delete(f"{here}/variants/contract-sizes").ok()
    admin.get(f"{here}/variants").ok()


def _buy(customer: Visitor) -> str:
    order = str(customer.order({"contract": 1}).ok()["orderId"])
    customer.wait_until_settled(order)
    customer.get(f"/orders/{order}").ok()
    customer.get(f"/orders/{order}/payment-action").ok()
    customer.get("/orders").ok()
    customer.post("/cart/items", {"productId": "contract", "quantity": 1}).ok()
    customer.put("/cart/items/contract", {"quantity": 2}).ok()
    customer.get("/cart").ok()
    customer.post("/checkout", {"shippingAddress": ADDRESS, "paymentMethod": {"token": "tok_declined"}}).ok()
    customer.delete("/cart/items/contract").ok()
    customer.delete("/cart").ok()
    return order


def _look_around_as_a_guest(visitor: Visitor) -> None:
    guest = visitor.as_guest()
    guest.post("/cart/items", {"productId": "contract", "quantity": 1}).ok()
    guest.put("/cart/items/contract", {"quantity": 2}).ok()
    guest.get("/cart").ok()
    guest.delete("/cart/items/contract").ok()
    guest.post("/cart/items", {"productId": "contract", "quantity": 1}).ok()
    guest.delete("/cart").ok()


def _send_and_give_back(admin: Visitor, order: str) -> None:
    admin.put(f"/orders/{order}/fulfil", {"carrier": "Royal Mail", "trackingNumber": "RM1"}).ok()
    admin.post(f"/orders/{order}/refunds", {"reason": "broken in transit"}).ok()
    admin.get(f"/orders/{order}/payments").ok()


def _hear(visitor: Visitor, cloud: LocalCloud) -> None:
    raw = '{"id":"evt_contract","type":"none","paymentId":"","reference":"","amountMinor":0,"currency":""}'
    signature = signatures.sign(raw.encode(), payment_webhooks.webhook_key(cloud.endpoint_url), datetime.now(UTC))
    visitor.post("/webhooks/fake", raw, {"fake-signature": signature}).ok()


def _think_again(customer: Visitor) -> None:
    order = customer.order({"contract": 1}, "tok_async").ok()["orderId"]
    customer.put(f"/orders/{order}/cancel", None).ok()


def _end_sessions(visitor: Visitor) -> None:
    customer = visitor.register()
    customer.get("/users/sessions").ok()
    elsewhere = visitor.sign_in(customer.user["email"], PASSWORD).refresh_token.split(".")[1]
    customer.delete(f"/users/sessions/{elsewhere}").ok()
    customer.delete("/users/sessions/01KAJ0SESS0000000000000099")
    customer.delete("/users/sessions").ok()


def _change_access(visitor: Visitor, admin: Visitor) -> None:
    user_id = visitor.register().user["userId"]
    admin.put(f"/users/{user_id}", {"status": "disabled"}).ok()


def _lose_a_second_factor(visitor: Visitor, admin: Visitor) -> None:
    app = Authenticator.set_up(visitor.register())
    user_id = app.owner.user["userId"]
    admin.ask("DELETE", f"/users/{user_id}/second-factor", {"reason": "Knew the last three orders"}).ok()
    app.sign_in(visitor)


def _add_a_second_factor(visitor: Visitor) -> None:
    app = Authenticator.set_up(visitor.register())
    app.owner.post("/users/second-factor/recovery-codes", {"password": PASSWORD, "recoveryCode": app.codes[0]}).ok()
    signed_in = app.sign_in(visitor)
    signed_in.ask("DELETE", "/users/second-factor", {"password": PASSWORD, "code": app.next_code()}).ok()


def _forget_the_password(visitor: Visitor) -> None:
    customer = visitor.register()
    for email in (customer.user["email"], "nobody-of-all@example.com"):
        visitor.post("/auth/forgot-password", {"email": email}).ok()
    token = customer.mailed_link("reset").removeprefix("/?reset=")
    visitor.post("/auth/reset-password", {"token": token, "newPassword": "a staple of new batteries"}).ok()


def _keep_addresses(visitor: Visitor) -> None:
    customer = visitor.register()
    address_id = customer.post("/users/addresses", ADDRESS).ok()["addressId"]
    customer.put(f"/users/addresses/{address_id}", ADDRESS).ok()
    customer.get("/users/addresses").ok()
    customer.delete(f"/users/addresses/{address_id}").ok()


def _change_the_address(visitor: Visitor) -> None:
    """And undo it, with a second factor that was added since."""
    customer = visitor.register()
    old, new = customer.user["email"], f"new-{customer.user['email']}"
    customer.post("/users/email", {"email": new, "currentPassword": PASSWORD}).ok()
    token = customer.mailed_link("confirm-email", new).partition("=")[2]
    visitor.post("/auth/confirm-email", {"token": token}).ok()
    Authenticator.set_up(customer)
    token = customer.mailed_link("undo-email-change", old).partition("=")[2]
    visitor.post("/auth/undo-email-change", {"token": token}).ok()


def _look_around(customer: Visitor, admin: Visitor) -> None:
    customer.post("/auth/verify-email", {"token": customer.verification_link().removeprefix("/?verify=")}).ok()
    customer.post("/auth/verify-email/resend", {"email": customer.user["email"]}).ok()
    customer.get("/auth/me").ok()
    customer.get("/users/profile").ok()
    customer.put("/users/notifications", {"email": {"reminders": False}, "sms": {"orders": False}}).ok()
    customer.get("/users/notifications").ok()
    customer.put("/users/profile", {"firstName": "Ada", "lastName": "King"}).ok()
    for search in ({"email": customer.user["email"]}, {"limit": "1"}, {"emailPrefix": "ad"}, {"namePrefix": "ad"}):
        admin.get("/users", **search).ok()
    admin.get(f"/users/{customer.user['userId']}").ok()
    admin.get("/ops/dead-letters").ok()
    newest = admin.get("/audit-log").ok()["items"][0]["actId"]
    admin.get(f"/audit-log/{newest}").ok()
    admin.get("/audit-log/export").ok()
    admin.post("/ops/dead-letters/email-queue-dead-letters/redrive", None).ok()


def _fetch_own_data(customer: Visitor) -> None:
    export_id = customer.post("/users/me/exports", None).ok()["exportId"]
    token = customer.export_token()
    customer.get(f"/users/me/exports/{export_id}").ok()
    customer.get(f"/exports/{token}").ok()


def _delete_accounts(visitor: Visitor, admin: Visitor) -> None:
    visitor.register().delete("/users/me", {"password": PASSWORD}).ok()
    app = Authenticator.set_up(visitor.register())
    app.owner.delete("/users/me", {"password": PASSWORD, "code": app.next_code()}).ok()
    admin.delete(f"/users/{visitor.register().user['userId']}").ok()


def _unsubscribe(visitor: Visitor, customer: Visitor, cloud: LocalCloud) -> None:
    name = Settings().secret_name(SECRET_PURPOSE)
    key = local_session().client("secretsmanager", endpoint_url=cloud.endpoint_url).get_secret_value(SecretId=name)
    token = issue_unsubscribe_token(
        customer.user["userId"], make_shop(secrets=FakeSecrets({name: key["SecretString"]}))
    )
    visitor.get(f"/unsubscribe/{token}").ok()
    visitor.post(f"/unsubscribe/{token}", "List-Unsubscribe=One-Click", FORM).ok()


def _measure(visitor: Visitor, admin: Visitor) -> None:
    visitor.post("/analytics/events", {"events": [{"type": "page_view", "sessionId": "session-1"}]}).ok()
    today = datetime.now(UTC).date()
    for report in ("sales", "top-products", "funnel"):
        admin.get(f"/analytics/{report}", **{"from": today, "to": today}).ok()


def _leave(customer: Visitor) -> None:
    token = customer.post("/auth/refresh", {"refreshToken": customer.refresh_token}).ok()["refreshToken"]
    customer.put("/users/password", {"currentPassword": PASSWORD, "newPassword": "a staple of new batteries"}).ok()
    customer.post("/auth/logout", {"refreshToken": token}).ok()
