"""An account's sessions, for its owner: where they are signed in, and how to end that."""

from __future__ import annotations

from tradewind.aws.table import ConditionFailed, TableBusy
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.identity import reads, writes
from tradewind.identity.errors import SessionNotFound, SessionRevoked, UserChanged
from tradewind.identity.messages import SessionList, SessionPath, SessionView
from tradewind.identity.model import Session
from tradewind.kernel.caller import Caller, Role
from tradewind.kernel.clock import epoch_seconds
from tradewind.shop import Shop


@endpoint(role=Role.CUSTOMER)
def list_sessions(request: Request[Empty, Empty], shop: Shop) -> SessionList:
    """List your sessions.

    Where you are signed in, the newest first: of your newest hundred sessions those that have not ended.
    """
    user = reads.find_user(shop.table, request.caller.user_id)
    if user is None:
        return SessionList([])
    now = shop.clock.now()
    found = reads.list_sessions(shop.table, user.user_id)
    return SessionList([_view(each, request.caller) for each in found if each.is_open(user, now)])


@endpoint(role=Role.CUSTOMER, params=SessionPath, status=204, errors=(SessionNotFound, TableBusy))
def end_session(request: Request[Empty, SessionPath], shop: Shop) -> None:
    """End one of your sessions.

    Its next refresh is refused, and within minutes its access token; it is no error when it has ended already.
    """
    user_id, session_id = request.caller.user_id, request.params.session_id
    try:
        shop.table.write(writes.end_session(user_id, session_id))
    except ConditionFailed as error:
        session = reads.find_session(shop.table, user_id, session_id)
        if session is None or session.expires_at <= epoch_seconds(shop.clock.now()):
            raise SessionNotFound(f"There is no session {session_id!r} of yours.") from error


@endpoint(role=Role.CUSTOMER, status=204, errors=(SessionRevoked, UserChanged, TableBusy))
def end_other_sessions(request: Request[Empty, Empty], shop: Shop) -> None:
    """End all your sessions but this one.

    Links to a new password are void, too. Refresh your access token afterwards.
    """
    now = shop.clock.now()
    found = reads.find_user_and_session(shop.table, request.caller.user_id, request.caller.session_id)
    if found is None or not found[1].is_open(found[0], now):
        raise SessionRevoked("This session has ended. Please sign in again.")
    user, session = found
    try:
        shop.table.transact([writes.end_all_sessions(user, now), writes.keep_session(session)])
    except ConditionFailed as error:
        raise UserChanged("Your account was changed just now. Please try again.") from error


def _view(session: Session, caller: Caller) -> SessionView:
    return SessionView(
        session_id=session.session_id,
        device=session.device,
        is_current=session.session_id == caller.session_id,
        created_at=session.created_at,
        refreshed_at=session.refreshed_at,
    )
