"""Exports of an account's data: requested, looked at, and fetched by the link in the mail."""

from __future__ import annotations

from datetime import datetime

from tradewind.aws.table import ConditionFailed, TableBusy
from tradewind.edge.http import Empty, Request, Response, endpoint
from tradewind.identity.public import find_contact, is_export_link, parse_link_token
from tradewind.kernel.caller import Role
from tradewind.kernel.clock import epoch_seconds, ulid
from tradewind.privacy import reads, writes
from tradewind.privacy.errors import (
    EmailUnverified,
    ExportLinkExpired,
    ExportNotFound,
    InvalidExportLink,
    TooManyExports,
)
from tradewind.privacy.messages import ExportLink, ExportPath, ExportView
from tradewind.privacy.model import (
    EXPORT_INTERVAL,
    EXPORT_KEPT,
    EXPORT_STATES,
    Export,
    ExportRequested,
    ExportStatus,
)
from tradewind.shop import Shop

PARTS_PER_ANSWER = 10
"""2.5 MB: Lambda answers with 6 MB at most, and the quotation marks of JSON in JSON count twice.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""
_HEADERS = {
    "content-type": "application/x-ndjson",
    "content-disposition": 'attachment; filename="your-data.ndjson"',
}


@endpoint(role=Role.CUSTOMER, status=202, errors=(EmailUnverified, TooManyExports, TableBusy))
def request_export(request: Request[Empty, Empty], shop: Shop) -> ExportView:
    """Request a copy of your data.

    It is written within minutes. A link to it, good for a day, goes to the account's verified address. One a day.
    """
    user_id = request.caller.user_id
    contact = find_contact(shop.table, user_id)
    if contact is None or not contact.email_verified:
        raise EmailUnverified("Please verify your email address first: the link to your data is sent there.")
    export = _new_export(user_id, shop)
    requested = ExportRequested(user_id, export.export_id)
    event = writes.record_event(requested, user_id, shop.clock, request.log.correlation_id)
    try:
        shop.table.transact([writes.insert_export(export), event])
    except ConditionFailed as error:
        raise _too_many(user_id, shop) from error
    return ExportView.of(export, _expiry(export))


@endpoint(role=Role.CUSTOMER, params=ExportPath, errors=(ExportNotFound,))
def get_export(request: Request[Empty, ExportPath], shop: Shop) -> ExportView:
    """Get the status of an export."""
    export = reads.find_export(shop.table, request.caller.user_id)
    if export is None or export.export_id != request.params.export_id or _is_expired(export, shop):
        raise ExportNotFound(f"There is no export {request.params.export_id!r}.")
    return ExportView.of(export, _expiry(export))


@endpoint(params=ExportLink, errors=(InvalidExportLink, ExportLinkExpired), media_type="application/x-ndjson")
def download_export(request: Request[Empty, ExportLink], shop: Shop) -> Response:
    """Download a copy of your data.

    One JSON document a line, each with its `kind`. What is more than one answer holds goes on where the header `link`
    with `rel="next"` says.
    """
    first = request.params.first
    export = _find_linked(request.params.token, shop)
    request.log.user_id = export.user_id
    last = min(export.parts, first + PARTS_PER_ANSWER - 1)
    content = "".join(reads.read_parts(shop.table, export.export_id, first, last))
    following = {"link": f'<?first={last + 1}>; rel="next"'} if last < export.parts else {}
    return Response(200, content.encode(), {**_HEADERS, **following})


def _new_export(user_id: str, shop: Shop) -> Export:
    now = shop.clock.now()
    return Export(
        export_id=ulid(shop.clock),
        user_id=user_id,
        status=EXPORT_STATES.first,
        requested_at=now,
        next_at=epoch_seconds(now + EXPORT_INTERVAL),
        expires_at=epoch_seconds(now + EXPORT_KEPT),
    )


def _find_linked(token: str, shop: Shop) -> Export:
    """Raises InvalidExportLink, ExportLinkExpired, SecretUnavailable."""
    invalid = InvalidExportLink("This link is not valid. Please copy all of it from our email, or use the newest one.")
    link = parse_link_token(token)
    export = reads.find_export(shop.table, link.user_id) if link else None
    if link is None or export is None or export.status is not ExportStatus.READY:
        raise invalid
    if not is_export_link(link, export.export_id, shop):
        raise invalid
    if link.expiry <= epoch_seconds(shop.clock.now()):
        raise ExportLinkExpired("This link has expired: it was valid for a day. Please request your data again.")
    return export


def _too_many(user_id: str, shop: Shop) -> TooManyExports:
    export, now = reads.find_export(shop.table, user_id), epoch_seconds(shop.clock.now())
    wait_seconds = max(1, export.next_at - now) if export else 1
    return TooManyExports(
        "Your data can be requested once a day. Please use the link that we have sent, or try again later.",
        retry_after_seconds=wait_seconds,
    )


def _is_expired(export: Export, shop: Shop) -> bool:
    """DynamoDB may remove it days later."""
    return export.expires_at <= epoch_seconds(shop.clock.now())


def _expiry(export: Export) -> datetime:
    return datetime.fromtimestamp(export.expires_at, export.requested_at.tzinfo)
