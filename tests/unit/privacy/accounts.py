"""An account whose data is asked for, as the tests of exports need it."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from tests.fakes import CUSTOMER_ID, call, customer_event, make_shop, public_event
from tests.trading import events, with_customer

from tradewind.identity.links import issue_export_token
from tradewind.kernel.events import Event
from tradewind.privacy import consumers, handlers
from tradewind.shop import Shop


def make_account(shop: Shop | None = None) -> Shop:
    """The shop with a customer whose address is verified."""
    return with_customer(shop or make_shop(), is_verified=True)


def request_export(shop: Shop) -> str:
    status, body = call(handlers.request_export, customer_event(), shop)
    assert status == 202, body
    export_id: str = body["exportId"]
    return export_id


def events_of(shop: Shop, kind: str) -> list[Event]:
    return [event for event in events(shop) if event.type == kind]


def deliver(shop: Shop, event: Event) -> bool:
    """Whether the export's consumer has handled the event."""
    record = {"messageId": "1", "body": msgspec.json.encode({"detail": event}).decode()}
    return consumers.write_export({"Records": [record]}, None, shop) == {"batchItemFailures": []}


def write_all(shop: Shop) -> Event:
    """Deliver the events of the newest export to its end; the event that says that it is ready."""
    waiting = events_of(shop, "ExportRequested")[-1:]
    while waiting:
        seen = len(events_of(shop, "ExportContinued"))
        assert deliver(shop, waiting.pop())
        waiting += events_of(shop, "ExportContinued")[seen:]
    return events_of(shop, "ExportReady")[-1]


def link_to(shop: Shop, ready: Event) -> str:
    token = issue_export_token(CUSTOMER_ID, ready.data["exportId"], ready.occurred_at, shop)
    return str(token)


def download(shop: Shop, token: str, **query: str) -> dict[str, Any]:
    return handlers.download_export(public_event(path={"token": token}, query=query or None), None, shop)


def records(answer: dict[str, Any]) -> list[Any]:
    return [json.loads(line) for line in answer["body"].splitlines()]
