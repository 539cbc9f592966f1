"""The audit log, for administrators: what the shop's people changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from tradewind.audit import reads
from tradewind.audit.errors import ActNotFound
from tradewind.audit.messages import ActDetails, ActPath, ActView, ChangeView, ListActs
from tradewind.audit.reads import ActRecord, ActSearch, ChangeRecord
from tradewind.aws.table import Key
from tradewind.edge.audit import KEPT_FOR
from tradewind.edge.cursor import seal, unseal
from tradewind.edge.errors import InvalidCursor, InvalidRequest
from tradewind.edge.http import Empty, Request, Response, endpoint
from tradewind.edge.paging import Page
from tradewind.kernel.caller import Role
from tradewind.kernel.clock import first_ulid
from tradewind.kernel.errors import Detail
from tradewind.shop import Shop

_COLUMNS = ("actId", "at", "actorId", "role", "operation", "thing", "address", "correlationId", "changes")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@endpoint(role=Role.ADMIN, params=ListActs, errors=(InvalidCursor,))
def list_acts(request: Request[Empty, ListActs], shop: Shop) -> Page[ActView]:
    """List the acts of the shop's people.

    What staff and administrators changed in the last two years, newest first. A page may be short, or empty, and
    `nextCursor` goes on from there.
    """
    acts, following = _search(request.params, shop)
    return Page(items=[_view(each) for each in acts], next_cursor=following)


@endpoint(role=Role.ADMIN, params=ActPath, errors=(ActNotFound,))
def get_act(request: Request[Empty, ActPath], shop: Shop) -> ActDetails:
    """Get an act with what it changed."""
    act = reads.find_act(shop.table, request.params.act_id)
    if act is None:
        raise ActNotFound(f"There is no act {request.params.act_id!r}.")
    changes = [_change_view(key, change) for key, change in reads.find_changes(shop.table, act)]
    return ActDetails(_view(act), changes, act.changes_left_out)


@endpoint(role=Role.ADMIN, params=ListActs, errors=(InvalidCursor,), media_type="text/csv")
def export_acts(request: Request[Empty, ListActs], shop: Shop) -> Response:
    """Export the acts of the shop's people.

    A page of the list as CSV (RFC 4180) with a line of names. What does not fit goes on where the header `link` with
    `rel="next"` says.
    """
    from urllib.parse import quote  # noqa: PLC0415 - the list needs none

    acts, following = _search(request.params, shop)
    link = {"link": f'<?cursor={quote(following)}>; rel="next"'} if following else {}
    headers = {"content-type": "text/csv; charset=utf-8; header=present", **link}
    return Response(200, _csv(acts).encode(), headers)


def _search(params: ListActs, shop: Shop) -> tuple[list[ActRecord], str | None]:
    """One page, and the cursor of the next. Raises InvalidRequest, InvalidCursor."""
    now = shop.clock.now()
    oldest, newest = now - KEPT_FOR, now + timedelta(seconds=1)
    since, until = _within(params.since, oldest, newest), _within(params.until or newest, oldest, newest)
    if params.since and params.until and params.until < params.since:
        raise InvalidRequest("The time ends before it begins.", (Detail("to", "is before from"),))
    scope = f"acts|{params.actor_id}|{params.operation}|{params.thing}|{params.since}|{params.until}"
    start = unseal(params.cursor, scope, shop)
    high = start["before"] if start else first_ulid(until)
    search = ActSearch(first_ulid(since), high, params.limit, params.actor_id, params.operation, params.thing)
    acts, following = reads.search_acts(shop.table, search)
    return acts, seal({"before": following} if following else None, scope, shop)


def _within(moment: datetime | None, oldest: datetime, newest: datetime) -> datetime:
    return min(max(moment or oldest, oldest), newest)


def _view(act: ActRecord) -> ActView:
    return ActView(
        act_id=act.act_id,
        at=act.at,
        actor_id=act.actor_id,
        role=act.role,
        operation=act.operation,
        thing=act.thing,
        address=act.address,
        correlation_id=act.correlation_id,
        changes=len(act.changes) + act.changes_left_out,
    )


def _change_view(key: Key, change: ChangeRecord | None) -> ChangeView:
    partition, item = key.pk.removeprefix("AUDITED#"), key.sk.rpartition("#")[0]
    known = change or ChangeRecord({}, {}, is_known=False)
    return ChangeView(f"{partition} {item}", known.before, known.after, known.is_known)


def _csv(acts: Iterable[ActRecord]) -> str:
    import csv  # noqa: PLC0415 - the list needs none
    import io  # noqa: PLC0415 - likewise

    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for act in map(_view, acts):
        shown = (act.act_id, act.at.isoformat(), act.actor_id, act.role.value, act.operation, act.thing, act.address)
        writer.writerow([_harmless(str(each)) for each in (*shown, act.correlation_id, act.changes)])
    return text.getvalue()


def _harmless(value: str) -> str:
    """No spreadsheet takes it for a formula: https://owasp.org/www-community/attacks/CSV_Injection."""
    return f"'{value}" if value.startswith(_FORMULA) else value
