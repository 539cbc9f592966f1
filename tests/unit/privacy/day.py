"""The part that personal data takes in the day: a copy is requested, written and fetched; accounts are deleted."""

from __future__ import annotations

from datetime import timedelta

from tests.trading import ADDRESS, events, order_body
from tests.unit.blueprint.trading_day import PASSWORD, TradingDay
from tests.unit.identity.factors import as_member, make_code
from tests.unit.identity.people import Member

from tradewind.identity.links import issue_export_token
from tradewind.kernel.events import Event
from tradewind.privacy.model import GRACE


def trade(day: TradingDay) -> None:
    export_id = day.call_as_customer("export-request", status=202)["exportId"]
    day.call_as_customer("export-request", status=429)
    day.deliver("export-writer", day.event("ExportRequested", day.customer))
    while not (ready := [event for event in events(day.shop) if event.type == "ExportReady"]):
        day.deliver("export-writer", [event for event in events(day.shop) if event.type == "ExportContinued"][-1])
    day.deliver("email-sender", ready[0])
    day.call_as_customer("export-get", path={"exportId": export_id})
    token = issue_export_token(day.customer, export_id, ready[0].occurred_at, day.shop)
    day.call_as_visitor("export-download", path={"token": str(token)})
    _delete_own_account(day)
    _delete_own_account_by_a_code(day)
    _delete_anothers_account(day)


def _delete_own_account(day: TradingDay) -> None:
    """Refused while an order is on its way, and then erased; years later what was locked goes, too."""
    day.call_as_admin("stock-set", {"onHand": 50}, path={"variantId": "postage"})
    day.customer = _register(day, "leaving@example.com")
    day.call_as_customer("second-factor-begin", {"password": PASSWORD}, status=201)
    waiting = _order(day)
    day.call_as_customer("account-delete", {"password": PASSWORD}, status=409)
    _send_and_take_back(day, waiting)
    day.call_as_customer("account-delete", {"password": "a guess"}, status=422)
    day.call_as_customer("account-delete", {"password": PASSWORD}, status=202)
    requested = day.event("AccountDeletionRequested", day.customer)
    day.deliver("email-sender", requested)
    day.deliver("account-eraser", requested)
    day.clock.advance(GRACE.total_seconds())
    _continue(day)
    day.clock.advance(timedelta(days=366 * (day.shop.settings.retention_years + 1)).total_seconds())
    _continue(day)


def _delete_own_account_by_a_code(day: TradingDay) -> None:
    day.customer = _register(day, "leaving-by-a-code@example.com")
    signed_in = day.call_as_visitor("auth-login", {"email": "leaving-by-a-code@example.com", "password": PASSWORD})
    member = Member(day.customer, signed_in["token"], signed_in["refreshToken"])
    secret = day.call("second-factor-begin", as_member(member, {"password": PASSWORD}), 201)["secret"]
    code = {"code": make_code(secret, day.clock)}
    shown = day.call("second-factor-confirm", as_member(member, code), 200)["recoveryCodes"][0]
    day.call_as_customer("account-delete", {"password": PASSWORD, "recoveryCode": shown}, status=202)


def _delete_anothers_account(day: TradingDay) -> None:
    day.customer = _register(day, "sent-away@example.com")
    _send_and_take_back(day, _order(day))
    day.call_as_admin("user-delete", path={"userId": day.customer}, status=202)
    day.call_as_admin("user-delete", path={"userId": day.customer}, status=202)


def _register(day: TradingDay, email: str) -> str:
    account = {"email": email, "password": PASSWORD, "firstName": "Fare", "lastName": "Well-Departed"}
    user_id: str = day.call_as_visitor("auth-register", account, status=201)["userId"]
    day.call_as_visitor("auth-login", {"email": email, "password": "a guess"}, status=401)
    return user_id


def _order(day: TradingDay) -> str:
    day.call_as_customer("cart-add-item", {"productId": "shirt-1", "quantity": 1}, status=201)
    body = order_body({"postage": 1}, shippingAddress=ADDRESS)
    order_id: str = day.call_as_customer("order-create", body, status=201)["orderId"]
    day.run_saga(order_id)
    return order_id


def _send_and_take_back(day: TradingDay, order_id: str) -> None:
    """An order is fulfilled and refunded, and another one cancelled."""
    shipment = {"carrier": "Royal Mail", "trackingNumber": "RM2"}
    day.call_as_admin("order-fulfil", shipment, path={"orderId": order_id})
    day.call_as_admin("order-refund", {"reason": "broken"}, path={"orderId": order_id}, status=201)
    day.deliver("refund-issuer", day.event("RefundRequested", order_id))
    cancelled = _order(day)
    day.call_as_customer("order-cancel", path={"orderId": cancelled})
    day.run_saga(cancelled)


def _continue(day: TradingDay) -> None:
    seen = len(_due(day))
    day.run_job("deletion-continuer")
    for event in _due(day)[seen:]:
        day.deliver("account-eraser", event)


def _due(day: TradingDay) -> list[Event]:
    return [event for event in events(day.shop) if event.type == "AccountErasureDue"]
