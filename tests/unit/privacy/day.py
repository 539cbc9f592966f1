"""The part that personal data takes in the day: a copy is requested, written, mailed and fetched."""

from __future__ import annotations

from tests.trading import events
from tests.unit.blueprint.trading_day import TradingDay

from tradewind.identity.links import issue_export_token


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
