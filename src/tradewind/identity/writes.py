"""Writes of users, email claims and sessions; `reads` says where their items stand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from tradewind.aws import events
from tradewind.aws.table import Absent, AnyOf, AtMost, Delete, Equals, Item, Key, Present, Put, Update, Write
from tradewind.edge.access import session_key, user_key
from tradewind.identity.model import (
    ATTEMPTS_KEPT,
    DEVICE_REMEMBERED,
    FREE_ATTEMPTS,
    MAX_LINK_REQUESTS,
    SESSION,
    Access,
    Attempts,
    FactorRemoval,
    PendingEmail,
    PendingFactor,
    PreviousEmail,
    Profile,
    RevocationReason,
    SecondFactor,
    Session,
    SuppressionReason,
    User,
    links_window_end,
)
from tradewind.identity.reads import (
    ADDRESSES,
    FACTOR_REMOVAL_SHARDS,
    LOCKED_UNTIL,
    NAMES,
    NEWEST,
    UNVERIFIED_SHARDS,
    claim_key,
    device_key,
    due_factor_removals_partition,
    email_partition,
    factor_key,
    factor_removal_key,
    fold_name,
    list_partition,
    listed_account_key,
    listed_names_key,
    pending_factor_key,
    unverified_partition,
)
from tradewind.kernel.caller import AccountStatus, Role, SessionStatus
from tradewind.kernel.clock import Clock, epoch_seconds, iso
from tradewind.kernel.events import EventData, event
from tradewind.kernel.partitions import shard_of, user_partition

_UNVERIFIED_KEYS = ("GSI2PK", "GSI2SK")
_REMOVAL_MARK = "secondFactorRemovalAt"


def insert_user(user: User) -> list[Put]:
    """Insert a user and claim their address. The claim comes first: its condition fails when the address is taken."""
    return [
        claim_email(user.user_id, user.email, user.created_at),
        Put(_user_item(user), when=(Absent(),)),
        *list_user(user),
    ]


def list_user(user: User) -> list[Put]:
    """Show an account in the lists, as it is from now on."""
    return [list_account(user), list_names(user)]


def list_account(user: User) -> Put:
    """Show an account in the lists of the newest and of addresses; needed when its address or its access changes."""
    pk, sk = listed_account_key(user.user_id)
    return Put(
        {
            "PK": pk,
            "SK": sk,
            "GSI1PK": list_partition(NEWEST, user.user_id, user.access),
            "GSI1SK": f"{iso(user.created_at)}#{user.user_id}",
            "GSI2PK": list_partition(ADDRESSES, user.user_id, user.access),
            "GSI2SK": f"{user.email}#{user.user_id}",
            "userId": user.user_id,
        }
    )


def list_names(user: User) -> Put:
    """Show an account in the lists of names; needed when its name or its access changes."""
    pk, sk = listed_names_key(user.user_id)
    partition = list_partition(NAMES, user.user_id, user.access)
    return Put(
        {
            "PK": pk,
            "SK": sk,
            "GSI1PK": partition,
            "GSI1SK": f"{fold_name(user.first_name, user.last_name)}#{user.user_id}",
            "GSI2PK": partition,
            "GSI2SK": f"{fold_name(user.last_name, user.first_name)}#{user.user_id}",
            "userId": user.user_id,
        }
    )


def unlist_user(user_id: str) -> list[Delete]:
    """Take an account off all lists."""
    return [Delete(listed_account_key(user_id)), Delete(listed_names_key(user_id))]


def claim_email(user_id: str, email: str, now: datetime) -> Put:
    """Make an address an account's; the condition fails when it is another's, or kept from others until later."""
    is_free = AnyOf((Absent(), AtMost(LOCKED_UNTIL, epoch_seconds(now)), Equals("userId", user_id)))
    return Put(_claim_item(user_id, email), when=(is_free,))


def reclaim_email(user_id: str, email: str) -> Put:
    """Make an address an account's that it has or had; the condition fails when it is another's by now."""
    return Put(_claim_item(user_id, email), when=(Equals("userId", user_id),))


def lock_email(user_id: str, email: str, until: datetime) -> Put:
    """Keep the address that an account has or had from others, and from sign-in; the condition is the same.

    The end is read from `lockedUntil`: DynamoDB may remove the claim days later.
    """
    end = epoch_seconds(until)
    return Put({**_claim_item(user_id, email), LOCKED_UNTIL: end, "expiresAt": end}, when=(Equals("userId", user_id),))


def release_email(user_id: str, email: str) -> Delete:
    """Let anybody have the address; the condition is the same."""
    return Delete(claim_key(email), when=(Equals("userId", user_id),))


def remove_account(user_id: str, email: str) -> list[Delete]:
    """Remove a closed account, and set its address free; the conditions fail when either is somebody else's."""
    is_closed = Equals("status", AccountStatus.DELETING.value)
    return [Delete(user_key(user_id), when=(is_closed,)), release_email(user_id, email)]


def record_user_event(data: EventData, user_id: str, sequence: int, clock: Clock, correlation_id: str) -> Put:
    """Record that `data` has happened to a user."""
    recorded = event(data, about=user_id, sequence=sequence, clock=clock, correlation_id=correlation_id)
    return events.record_passing_event(recorded, user_partition(user_id))


def count_attempt(key: Key, seen: Attempts | None, now: datetime) -> Update:
    """Count an attempt at a password or a second factor after those that were `seen`.

    Free ones may be counted side by side, until there are none left; of later ones, the condition lets one pass.
    """
    times: Item = {"lastAt": epoch_seconds(now), "expiresAt": epoch_seconds(now + ATTEMPTS_KEPT)}
    if seen is None or (seen.are_free and not seen.are_forgotten(now)):
        is_free = AnyOf((Absent("attempts"), AtMost("attempts", FREE_ATTEMPTS - 1)))
        return Update(key, add={"attempts": 1}, set=times, when=(is_free,))
    is_unchanged = Equals("attempts", seen.attempts)
    if seen.are_forgotten(now):
        return Update(key, set={"attempts": 1, **times}, when=(is_unchanged,))
    return Update(key, add={"attempts": 1}, set=times, when=(is_unchanged,))


def forget_attempts(key: Key) -> Delete:
    return Delete(key)


def count_link_request(key: Key, now: datetime) -> Update:
    """Count a request for a link, whether the address has an account or not; the condition fails at the limit."""
    return Update(
        key,
        add={"links": 1},
        set_once={"expiresAt": links_window_end(now)},
        when=(AnyOf((Absent("links"), AtMost("links", MAX_LINK_REQUESTS - 1))),),
    )


def verify_email(user_id: str, now: datetime) -> Update:
    """Mark a user's address as verified; the condition fails when it is already."""
    return Update(
        user_key(user_id),
        set={"emailVerified": True, "updatedAt": _text(now)},
        add={"version": 1},
        remove=_UNVERIFIED_KEYS,
        when=(Present(), Absent("emailVerified")),
    )


def request_email(user: User, pending: PendingEmail) -> Update:
    """Keep the address that an account is to have, in place of one that was requested before."""
    return Update(
        user_key(user.user_id),
        set={"pendingEmail": msgspec.to_builtins(pending)},
        add={"version": 1},
        when=(Equals("version", user.version),),
    )


def change_email(user: User, email: str, previous: Iterable[PreviousEmail], now: datetime) -> list[Write]:
    """Give an account another address, whose owner has followed a link to it; none is pending any more."""
    return [_set_email(user, email, previous, now), list_account(msgspec.structs.replace(user, email=email))]


def _set_email(user: User, email: str, previous: Iterable[PreviousEmail], now: datetime) -> Update:
    listed: list[Item] = msgspec.to_builtins(list(previous))
    return Update(
        user_key(user.user_id),
        set={
            "email": email,
            "emailVerified": True,
            "previousEmails": listed,
            "updatedAt": _text(now),
        },
        add={"version": 1},
        remove=("pendingEmail", *_UNVERIFIED_KEYS),
        when=(Equals("version", user.version),),
    )


def restore_email(
    user: User,
    email: str,
    previous: Iterable[PreviousEmail],
    password_hash: str,
    now: datetime,
    *,
    waives_factor: bool,
) -> list[Write]:
    """Give an account an address back, with another password: every session ends.

    One that is about to be deleted is opened again.
    """
    change = _set_email(user, email, previous, now)
    status = user.reopens_as or user.status
    restored = msgspec.structs.replace(
        change,
        set={**change.set, "passwordHash": password_hash, "status": status.value},
        add={"version": 1, "passwordVersion": 1},
        remove=(*change.remove, "reopensAs", _REMOVAL_MARK, *(("hasSecondFactor",) if waives_factor else ())),
    )
    listed = msgspec.structs.replace(user, email=email, status=status)
    return [restored, *(list_user(listed) if user.reopens_as else [list_account(listed)])]


def suppress_mail(user_id: str, email: str, reason: SuppressionReason, at: datetime) -> Update:
    """Note that an account's address gets no more mail, as was reported at that moment.

    The condition fails when the account has another address by now, and when something later is known: another report,
    or that an operator has lifted the suppression.
    """
    reported_at = iso(at)
    return Update(
        user_key(user_id),
        set={"suppressedEmail": email, "suppressedBy": reason.value, "suppressedAt": reported_at},
        when=(Equals("email", email), AnyOf((Absent("suppressedAt"), AtMost("suppressedAt", reported_at)))),
    )


def mark_reminded(user_id: str) -> Update:
    """Take an account off the list of those to remind; the condition fails when it is verified or was reminded."""
    return Update(user_key(user_id), remove=_UNVERIFIED_KEYS, when=(Present("GSI2PK"),))


def update_profile(user: User, profile: Profile, now: datetime) -> list[Write]:
    """Replace a user's profile; without a last name or a phone number, the one before is removed.

    The lists are written anew for another name alone; the condition then fails when the account was changed meanwhile.
    """
    optional = {"lastName": profile.last_name, "phone": profile.phone}
    given = {name: value for name, value in optional.items() if value}
    is_renamed = profile.name != (user.first_name, user.last_name)
    update = Update(
        user_key(user.user_id),
        set={"firstName": profile.first_name, "updatedAt": _text(now), **given},
        add={"version": 1},
        remove=tuple(name for name in optional if name not in given),
        when=(Equals("version", user.version) if is_renamed else Present(),),
    )
    return [update, list_names(msgspec.structs.replace(user, **profile._asdict()))] if is_renamed else [update]


def change_password(user: User, password_hash: str, now: datetime) -> Update:
    """Set a new password, which ends every session opened under the one before."""
    return Update(
        user_key(user.user_id),
        set={"passwordHash": password_hash, "updatedAt": _text(now)},
        add={"version": 1, "passwordVersion": 1},
        when=(Equals("version", user.version),),
    )


def reset_password(user: User, password_hash: str, now: datetime) -> Update:
    """Set a new password by a link: whoever has followed it has shown that the address is theirs."""
    change = change_password(user, password_hash, now)
    return msgspec.structs.replace(change, set={**change.set, "emailVerified": True}, remove=_UNVERIFIED_KEYS)


def fill_place_of_event(email: str, expires_at: int) -> Put:
    """Write as much for an address without an account as the event of one would be, so that both take as long."""
    return Put({"PK": email_partition(email), "SK": "NO_ACCOUNT", "expiresAt": expires_at})


def replace_password_hash(user: User, password_hash: str) -> Update:
    """Replace the hash by a better one of the same password; the condition fails when another took its place."""
    return Update(
        user_key(user.user_id),
        set={"passwordHash": password_hash},
        when=(Equals("passwordHash", user.password_hash),),
    )


def appoint_admin(user: User, password_hash: str, now: datetime) -> list[Write]:
    """Set the role with a new password: whoever knows the old one must not become an administrator."""
    change = change_password(user, password_hash, now)
    appointed = msgspec.structs.replace(change, set={**change.set, "role": Role.ADMIN.value})
    return [appointed, *list_user(msgspec.structs.replace(user, role=Role.ADMIN))]


def change_access(user: User, access: Access, now: datetime) -> list[Write]:
    """Change role, permissions and status; an account that is closed loses its sessions for good."""
    changed = msgspec.structs.replace(user, **access._asdict())
    is_moved = access[:2] != user.access[:2]
    return [_set_access(user, access, now), *(list_user(changed) if is_moved else ())]


def close_for_good(user: User, reopens_as: AccountStatus | None, now: datetime) -> list[Write]:
    """Close an account that is to be deleted: it is in no list any more.

    With a status, undoing a change of its address opens it again.
    """
    closed = _set_access(user, user.access._replace(status=AccountStatus.DELETING), now)
    mark: Item = {"reopensAs": reopens_as.value} if reopens_as else {}
    return [msgspec.structs.replace(closed, set={**closed.set, **mark}), *unlist_user(user.user_id)]


def _set_access(user: User, access: Access, now: datetime) -> Update:
    is_closed = user.is_active and access.status is not AccountStatus.ACTIVE
    permissions: Item = {"permissions": [each.value for each in access.permissions]} if access.permissions else {}
    return Update(
        user_key(user.user_id),
        set={"role": access.role.value, "status": access.status.value, "updatedAt": _text(now), **permissions},
        add={"version": 1, **({"passwordVersion": 1} if is_closed else {})},
        remove=(*(() if access.permissions else ("permissions",)), *((_REMOVAL_MARK,) if is_closed else ())),
        when=(Equals("version", user.version),),
    )


def put_pending_factor(pending: PendingFactor) -> Put:
    """Keep a second factor until its first code, in place of one that was begun before."""
    pk, sk = pending_factor_key(pending.user_id)
    return Put({"PK": pk, "SK": sk, **msgspec.to_builtins(pending)})


def discard_pending_factor(pending: PendingFactor) -> Delete:
    """Take a second factor off that waits; the condition fails when another was begun since."""
    return Delete(pending_factor_key(pending.user_id), when=(Equals("secret", pending.secret),))


def insert_factor(factor: SecondFactor) -> Put:
    return Put(_factor_item(factor), when=(Absent(),))


def replace_factor(factor: SecondFactor, seen: SecondFactor) -> Put:
    """Write the factor as it is after a proof was used; of two uses of one proof at once, the condition lets one pass.

    Another proof that was used meanwhile makes it fail, too.
    """
    return Put(_factor_item(factor), when=_is_as_seen(seen))


def delete_factor(seen: SecondFactor) -> Delete:
    """Remove a factor for good; the condition fails when a proof of it was used meanwhile."""
    return Delete(factor_key(seen.user_id), when=_is_as_seen(seen))


def require_factor(user: User, now: datetime) -> Update:
    """Ask for a second factor from now on; every session that is not kept ends."""
    change = end_all_sessions(user, now)
    return msgspec.structs.replace(change, set={**change.set, "hasSecondFactor": True})


def waive_factor(user: User, now: datetime) -> Update:
    """Ask for the password alone from now on."""
    return Update(
        user_key(user.user_id),
        set={"updatedAt": _text(now)},
        add={"version": 1},
        remove=("hasSecondFactor", _REMOVAL_MARK),
        when=(Equals("version", user.version),),
    )


def request_factor_removal(user: User, removal: FactorRemoval) -> list[Write]:
    """Have a second factor removed at its time, and end every session: who has the factor signs in by it meanwhile."""
    pk, sk = factor_removal_key(user.user_id)
    shard = shard_of(user.user_id, FACTOR_REMOVAL_SHARDS)
    listed = {
        "GSI2PK": due_factor_removals_partition(shard),
        "GSI2SK": f"{iso(removal.due_at)}#{user.user_id}",
    }
    ended = end_all_sessions(user, removal.requested_at)
    marked = msgspec.structs.replace(ended, set={**ended.set, _REMOVAL_MARK: _text(removal.due_at)})
    return [marked, Put({"PK": pk, "SK": sk, **listed, **msgspec.to_builtins(removal)})]


def remove_lost_factor(user: User, factor: SecondFactor, removal: FactorRemoval, now: datetime) -> list[Write]:
    """Remove a second factor whose time has come; a condition fails when somebody has signed in by it meanwhile."""
    waived = waive_factor(user, now)
    is_wanted = Equals(_REMOVAL_MARK, _text(removal.due_at))
    return [
        msgspec.structs.replace(waived, when=(*waived.when, is_wanted)),
        delete_factor(factor),
        drop_factor_removal(removal),
    ]


def drop_factor_removal(removal: FactorRemoval) -> Delete:
    """Forget a removal; the condition fails when another was requested since."""
    return Delete(factor_removal_key(removal.user_id), when=(Equals("dueAt", _text(removal.due_at)),))


def note_sign_in(user: User, at: datetime) -> Update:
    """Note when somebody has signed in; nothing of the account changes by it, so that its version stays.

    But that its second factor is to be removed because it was lost: it is not.
    """
    is_found = (_REMOVAL_MARK,) if user.second_factor_removal_at else ()
    return Update(user_key(user.user_id), set={"lastLoginAt": _text(at)}, remove=is_found, when=(Present(),))


def remember_device(user_id: str, mark: str, at: datetime) -> Put:
    """Remember for a while that somebody has signed in from a device."""
    pk, sk = device_key(user_id, mark)
    return Put({"PK": pk, "SK": sk, "expiresAt": epoch_seconds(at + DEVICE_REMEMBERED)})


def insert_session(session: Session) -> Put:
    pk, sk = session_key(session.user_id, session.session_id)
    return Put({"PK": pk, "SK": sk, **msgspec.to_builtins(session)}, when=(Absent(),))


def rotate_session(session: Session) -> Update:
    """Store the session's next refresh token; of two uses of the one before at once, the condition lets one pass."""
    return Update(
        session_key(session.user_id, session.session_id),
        set={
            "tokenHash": session.token_hash,
            "previousHash": session.previous_hash,
            "salt": session.salt,
            "refreshedAt": _text(session.refreshed_at),
            "expiresAt": session.expires_at,
        },
        when=(Equals("tokenHash", session.previous_hash), Equals("status", SessionStatus.ACTIVE.value)),
    )


def revoke_session(user_id: str, session_id: str, family_hash: str, reason: RevocationReason) -> Update:
    """Revoke a session; the condition fails when it was revoked before, and for the hash of another family."""
    (source,) = SESSION.sources(SessionStatus.REVOKED)
    return Update(
        session_key(user_id, session_id),
        set={"status": SessionStatus.REVOKED.value, "revokedReason": reason.value},
        when=(Equals("status", source.value), Equals("familyHash", family_hash)),
    )


def end_session(user_id: str, session_id: str) -> Update:
    """End a session for its owner; the condition fails when there is none, or it has ended."""
    (source,) = SESSION.sources(SessionStatus.REVOKED)
    return Update(
        session_key(user_id, session_id),
        set={"status": SessionStatus.REVOKED.value, "revokedReason": RevocationReason.ENDED.value},
        when=(Equals("status", source.value),),
    )


def end_all_sessions(user: User, now: datetime) -> Update:
    """End every session that is not kept: each was opened under an earlier password version."""
    return Update(
        user_key(user.user_id),
        set={"updatedAt": _text(now)},
        add={"version": 1, "passwordVersion": 1},
        when=(Equals("version", user.version),),
    )


def keep_session(session: Session) -> Update:
    """Carry a session over to the user's new password."""
    return Update(
        session_key(session.user_id, session.session_id),
        set={"passwordVersion": session.password_version + 1},
        when=(Equals("tokenHash", session.token_hash), Equals("status", SessionStatus.ACTIVE.value)),
    )


def _claim_item(user_id: str, email: str) -> Item:
    pk, sk = claim_key(email)
    return {"PK": pk, "SK": sk, "userId": user_id}


def _factor_item(factor: SecondFactor) -> Item:
    pk, sk = factor_key(factor.user_id)
    return {"PK": pk, "SK": sk, **msgspec.to_builtins(factor)}


def _is_as_seen(factor: SecondFactor) -> tuple[Equals, ...]:
    return (
        Equals("secret", factor.secret),
        Equals("lastStep", factor.last_step),
        Equals("recoveryHashes", factor.recovery_hashes),
    )


def _user_item(user: User) -> Item:
    pk, sk = user_key(user.user_id)
    return {"PK": pk, "SK": sk, **_unverified_keys(user), **msgspec.to_builtins(user)}


def _unverified_keys(user: User) -> Item:
    if user.email_verified:
        return {}
    shard = shard_of(user.user_id, UNVERIFIED_SHARDS)
    return {"GSI2PK": unverified_partition(shard), "GSI2SK": f"{iso(user.created_at)}#{user.user_id}"}


def _text(moment: datetime) -> str:
    text: str = msgspec.to_builtins(moment)
    return text
