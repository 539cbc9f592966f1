"""What an administrator looks up in the audit log, and does in it, on the day on which every function runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes import ADMIN_ID

if TYPE_CHECKING:
    from tests.unit.blueprint.trading_day import TradingDay


def trade(day: TradingDay) -> None:
    day.call_as_admin("cart-add-item", {"productId": "shirt-1", "quantity": 1}, status=201)
    address = {"name": "Ada", "street": "1 Lane", "city": "London", "postalCode": "N1 9GU", "country": "GB"}
    paid = {"shippingAddress": address, "paymentMethod": {"token": "tok_approved"}}
    day.call_as_admin("checkout", paid, status=201)
    newest = day.call_as_admin("audit-log", query={"limit": "1"})
    for name in ("audit-log", "audit-log-export"):
        day.call_as_admin(name, query={"limit": "1", "cursor": newest["nextCursor"]})
    day.call_as_admin("audit-log-get", path={"actId": newest["items"][0]["actId"]})
    for name in ("audit-log", "audit-log-export"):
        day.call_as_admin(name, query={"limit": "1"})
        day.call_as_admin(name, query={"actorId": ADMIN_ID})
        day.call_as_admin(name, query={"thing": "product:shirt-0"})
