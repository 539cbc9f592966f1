"""Users, email claims and sessions in the table.

`USER#<id>` / `PROFILE` (GSI1 `EMAIL#<email>` / `USER`); `EMAIL#<email>` / `CLAIM`, which makes an address unique;
`USER#<id>` / `SESSION#<sessionId>`, `EMAIL#<email>` / `FAILURES#<windowEnd>` and `EMAIL#<email>` / `LINKS#<windowEnd>`,
which DynamoDB removes some time after `expiresAt`.

An account is in GSI2, under `UNVERIFIED#<shard>` / `<createdAt>#<userId>`, until its address is verified or its owner
was reminded of that.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from tradewind.aws.table import Absent, AnyOf, AtMost, Equals, Item, Key, Present, Put, Query, Table, Update
from tradewind.identity.model import (
    MAX_LINKS,
    SESSION,
    RevocationReason,
    Session,
    SessionStatus,
    User,
    failures_window_end,
    links_window_end,
)
from tradewind.kernel.caller import Role
from tradewind.kernel.clock import iso

UNVERIFIED_SHARDS = 4

_NOBODY = "0" * 26
_UNVERIFIED_KEYS = ("GSI2PK", "GSI2SK")


def user_partition(user_id: str) -> str:
    return f"USER#{user_id}"


def user_key(user_id: str) -> Key:
    return Key(user_partition(user_id), "PROFILE")


def claim_key(email: str) -> Key:
    return Key(_email_partition(email), "CLAIM")


def failures_key(email: str, now: datetime) -> Key:
    return Key(_email_partition(email), f"FAILURES#{failures_window_end(now)}")


def links_key(email: str, now: datetime) -> Key:
    return Key(_email_partition(email), f"LINKS#{links_window_end(now)}")


def session_key(user_id: str, session_id: str) -> Key:
    return Key(user_partition(user_id), f"SESSION#{session_id}")


def user_from(item: Item) -> User:
    return msgspec.convert(item, User)


def session_from(item: Item) -> Session:
    return msgspec.convert(item, Session)


def user(table: Table, user_id: str) -> User | None:
    item = table.get(user_key(user_id), consistent=True)
    return user_from(item) if item else None


def user_by_email(table: Table, email: str) -> User | None:
    """By the claim, which is there at once; the index would follow a little later."""
    claim = table.get(claim_key(email), consistent=True)
    return user(table, claim["userId"]) if claim else None


def user_or_nobody(table: Table, email: str) -> User | None:
    """As `user_by_email`, with the same reads for an address that nobody has."""
    claim = table.get(claim_key(email), consistent=True)
    return user(table, claim["userId"] if claim else _NOBODY)


def failures_and_owner(table: Table, email: str, now: datetime) -> tuple[int, str]:
    """How many sign-ins with this address have failed of late, and whose it is: an id that nobody has if nobody's."""
    claim, failures = claim_key(email), failures_key(email, now)
    found = table.get_many([claim, failures], consistent=True)
    count: int = found[failures]["failures"] if failures in found else 0
    return count, found[claim]["userId"] if claim in found else _NOBODY


def unverified(shard: int, until: datetime, limit: int) -> Query:
    """Accounts of a shard that were opened by then and are neither verified nor reminded, the oldest first."""
    return Query(_unverified_partition(shard), index="GSI2", between=("0", f"{iso(until)}~"), limit=limit)


def user_and_session(table: Table, user_id: str, session_id: str) -> tuple[User, Session] | None:
    """Both in one round trip; None when either is missing."""
    keys = user_key(user_id), session_key(user_id, session_id)
    found = table.get_many(keys, consistent=True)
    if len(found) < len(keys):
        return None
    return user_from(found[keys[0]]), session_from(found[keys[1]])


def new_user(user: User) -> list[Put]:
    """The email claim is the first of them: its condition fails when the address is taken."""
    pk, sk = claim_key(user.email)
    return [
        Put({"PK": pk, "SK": sk, "userId": user.user_id}, when=(Absent(),)),
        Put(_user_item(user), when=(Absent(),)),
    ]


def failed(email: str, now: datetime) -> Update:
    """One more failed sign-in with this address, whether it has an account or not."""
    return Update(failures_key(email, now), add={"failures": 1}, set_once={"expiresAt": failures_window_end(now)})


def link_asked_for(email: str, now: datetime) -> Update:
    """One more link for this address, whether it has an account or not; the condition fails when they were enough."""
    return Update(
        links_key(email, now),
        add={"links": 1},
        set_once={"expiresAt": links_window_end(now)},
        when=(AnyOf((Absent("links"), AtMost("links", MAX_LINKS - 1))),),
    )


def verified(user_id: str, now: datetime) -> Update:
    """The condition fails when the address is verified already."""
    return Update(
        user_key(user_id),
        set={"emailVerified": True, "updatedAt": _text(now)},
        add={"version": 1},
        remove=_UNVERIFIED_KEYS,
        when=(Present(), Absent("emailVerified")),
    )


def reminded(user_id: str) -> Update:
    """Nobody is reminded twice: the condition fails for an account that was, or that is verified meanwhile."""
    return Update(user_key(user_id), remove=_UNVERIFIED_KEYS, when=(Present("GSI2PK"),))


def new_profile(user_id: str, *, first_name: str, last_name: str, phone: str | None, now: datetime) -> Update:
    names = {"firstName": first_name, "lastName": last_name, "updatedAt": _text(now)}
    return Update(
        user_key(user_id),
        set=names | ({"phone": phone} if phone else {}),
        add={"version": 1},
        remove=() if phone else ("phone",),
        when=(Present(),),
    )


def new_password(user: User, password_hash: str, now: datetime) -> Update:
    """Ends every session that was opened under the password before."""
    return Update(
        user_key(user.user_id),
        set={"passwordHash": password_hash, "updatedAt": _text(now)},
        add={"version": 1, "passwordVersion": 1},
        when=(Equals("version", user.version),),
    )


def rehashed(user: User, password_hash: str) -> Update:
    """The same password, better kept."""
    return Update(
        user_key(user.user_id),
        set={"passwordHash": password_hash},
        when=(Equals("passwordHash", user.password_hash),),
    )


def appointed_admin(user: User, password_hash: str, now: datetime) -> Update:
    """A new password with the new role: whoever knew the old one must not have become an administrator."""
    appointment = new_password(user, password_hash, now)
    return msgspec.structs.replace(appointment, set={**appointment.set, "role": Role.ADMIN.value})


def new_session(session: Session) -> Put:
    pk, sk = session_key(session.user_id, session.session_id)
    return Put({"PK": pk, "SK": sk, **msgspec.to_builtins(session)}, when=(Absent(),))


def refreshed(session: Session, spent_hash: str) -> Update:
    """Of two uses of one refresh token at once, the condition lets one pass."""
    return Update(
        session_key(session.user_id, session.session_id),
        set={
            "tokenHash": session.token_hash,
            "refreshedAt": _text(session.refreshed_at),
            "expiresAt": session.expires_at,
        },
        when=(Equals("tokenHash", spent_hash), Equals("status", SessionStatus.ACTIVE.value)),
    )


def revoked(user_id: str, session_id: str, reason: RevocationReason) -> Update:
    (source,) = SESSION.sources(SessionStatus.REVOKED)
    return Update(
        session_key(user_id, session_id),
        set={"status": SessionStatus.REVOKED.value, "revokedReason": reason.value},
        when=(Equals("status", source.value),),
    )


def kept(session: Session) -> Update:
    """Carry a session over to the user's new password."""
    return Update(
        session_key(session.user_id, session.session_id),
        set={"passwordVersion": session.password_version + 1},
        when=(Equals("tokenHash", session.token_hash), Equals("status", SessionStatus.ACTIVE.value)),
    )


def _email_partition(email: str) -> str:
    return f"EMAIL#{email}"


def _user_item(user: User) -> Item:
    pk, sk = user_key(user.user_id)
    listing = {"GSI1PK": _email_partition(user.email), "GSI1SK": "USER"}
    return {"PK": pk, "SK": sk, **listing, **_unverified_keys(user), **msgspec.to_builtins(user)}


def _unverified_keys(user: User) -> Item:
    if user.email_verified:
        return {}
    shard = int(user.user_id[-1], 36) % UNVERIFIED_SHARDS
    return {"GSI2PK": _unverified_partition(shard), "GSI2SK": f"{iso(user.created_at)}#{user.user_id}"}


def _unverified_partition(shard: int) -> str:
    return f"UNVERIFIED#{shard}"


def _text(moment: datetime) -> str:
    text: str = msgspec.to_builtins(moment)
    return text
