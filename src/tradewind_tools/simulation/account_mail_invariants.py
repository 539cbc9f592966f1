"""To whom mails about accounts go, and for which reasons one may not be sent."""

from __future__ import annotations

from tradewind.identity.model import User
from tradewind.kernel.events import Event
from tradewind_tools.simulation.table_snapshot import TableSnapshot

_GONE = {"CustomerGone", "AccountNotActive"}
_EXPIRED, _OUT_OF_DATE = "LinkExpired", "OutOfDate"
_TO_ADDRESS_BEFORE = {"EmailChanged", "AccountDeletionUndoable"}
_WITH_LINK = {"PasswordResetRequested", "EmailChangeRequested", "ExportReady", *_TO_ADDRESS_BEFORE}


def list_recipients(event: Event, user_id: str, snapshot: TableSnapshot) -> set[str]:
    """The addresses that the mail about an event may go to: of a change, the one that it is about."""
    addresses, change_id = snapshot.addresses, event.data.get("changeId", "")
    match event.type:
        case "EmailChangeRequested":
            return {addresses.wanted[change_id]}
        case kind if kind in _TO_ADDRESS_BEFORE:
            return {addresses.left[change_id]}
        case _:
            return addresses.by_account[user_id]


def list_reasons(event: Event, user_id: str, snapshot: TableSnapshot) -> set[str]:
    """The reasons for which there may be no mail, beside those of an account that is open and unchanged."""
    if user_id not in snapshot.accounts:
        return set()
    reasons = set(_GONE) if user_id in snapshot.deleted_accounts else set[str]()
    if event.type in _WITH_LINK:
        reasons.add(_EXPIRED)
    if _is_out_of_date(event, snapshot.accounts[user_id], snapshot):
        reasons.add(_OUT_OF_DATE)
    return reasons


def _is_out_of_date(event: Event, user: User, snapshot: TableSnapshot) -> bool:
    """Whether something happened to the account, at any time, after which what the mail would say does not hold."""
    match event.type:
        case "PasswordResetRequested":
            return bool(user.password_version > event.data["passwordVersion"])
        case "EmailChangeRequested":
            wanted = (event.data["changeId"], user.password_version)
            pending = user.pending_email
            return pending is None or (pending.change_id, pending.password_version) != wanted
        case kind if kind in _TO_ADDRESS_BEFORE:
            return any(each.type == "EmailChangeUndone" for each in snapshot.events_about(user.user_id))
        case _:
            return False
