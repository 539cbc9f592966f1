"""Reads of users, email claims and sessions, and the keys of their items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from tradewind.aws.table import Item, ItemKind, Key, Query, Table
from tradewind.edge.access import session_key, user_key
from tradewind.edge.caller_address import address_key
from tradewind.identity.errors import UserNotFound
from tradewind.identity.model import (
    SESSIONS_LISTED,
    Access,
    Attempts,
    FactorRemoval,
    PendingFactor,
    SecondFactor,
    Session,
    User,
    links_window_end,
)
from tradewind.kernel.caller import AccountStatus, Role
from tradewind.kernel.clock import iso
from tradewind.kernel.partitions import shard_of, user_partition
from tradewind.kernel.privacy import Erasure, Privacy
from tradewind.shop import prepare_types

_PENDING = Privacy(Erasure.REMOVE, withheld="a secret that nobody has shown to know, for a quarter of an hour")
_COUNT = Privacy(Erasure.REMOVE, withheld="a count against guessing, which lasts a day at most")
_LISTED = Privacy(Erasure.REMOVE, withheld="made of the profile, which is exported, to find it by")

ITEMS = (
    ItemKind(
        "User",
        "USER#<userId>",
        "PROFILE",
        gsi2="UNVERIFIED#<shard> / <createdAt>#<userId>",
        note="in GSI2 until the address is verified, or its owner was reminded to verify it; `suppressedEmail`: an "
        "address that gets no more mail",
        privacy=Privacy(
            Erasure.REMOVE,
            exported=(
                "userId",
                "email",
                "emailVerified",
                "firstName",
                "lastName",
                "phone",
                "role",
                "permissions",
                "status",
                "createdAt",
                "updatedAt",
                "hasSecondFactor",
                "lastLoginAt",
                "pendingEmail",
                "previousEmails",
                "suppressedEmail",
                "suppressedBy",
                "suppressedAt",
            ),
        ),
    ),
    ItemKind(
        "Listed account",
        "USER#<userId>",
        "LISTED#ACCOUNT",
        gsi1="USERS#<role>#<status>#<shard> / <createdAt>#<userId>",
        gsi2="USEREMAILS#<role>#<status>#<shard> / <email>#<userId>",
        note="an id alone: what often changes in an account changes no list; gone when it is closed for good",
        privacy=_LISTED,
    ),
    ItemKind(
        "Listed names",
        "USER#<userId>",
        "LISTED#NAMES",
        gsi1="USERNAMES#<role>#<status>#<shard> / <name>#<userId>",
        gsi2="USERNAMES#<role>#<status>#<shard> / <name>#<userId>",
        note="first and last name, and the other way round; without accents, in lower case",
        privacy=_LISTED,
    ),
    ItemKind(
        "Email claim",
        "EMAIL#<email>",
        "CLAIM",
        note="makes an address unique; `lockedUntil`: it was the account's before, and is nobody's until then; TTL",
        privacy=Privacy(Erasure.REMOVE, withheld="the address is in the profile"),
    ),
    ItemKind(
        "Sign-in attempts",
        "EMAIL#<email>",
        "ATTEMPTS",
        note="a count, of known and unknown addresses; TTL",
        privacy=_COUNT,
    ),
    ItemKind(
        "Sign-in attempts of a device",
        "EMAIL#<email>",
        "ATTEMPTS#<sessionId>",
        note="of who shows a session; TTL",
        privacy=_COUNT,
    ),
    ItemKind(
        "Sign-in attempts of an address",
        "ADDRESS#<callerAddress>",
        "SIGNIN#<until>",
        note="a count, of an hour; TTL",
        privacy=_COUNT,
    ),
    ItemKind(
        "Password attempts", "USER#<userId>", "ATTEMPTS", note="a count, of who is signed in; TTL", privacy=_COUNT
    ),
    ItemKind("Links requested", "EMAIL#<email>", "LINKS#<windowEnd>", note="a count; TTL", privacy=_COUNT),
    ItemKind(
        "Address changes requested",
        "EMAIL#<email>",
        "CHANGES#<windowEnd>",
        note="a count, of links to an address; TTL",
        privacy=_COUNT,
    ),
    ItemKind(
        "Address changes of an account", "USER#<userId>", "CHANGES#<windowEnd>", note="a count; TTL", privacy=_COUNT
    ),
    ItemKind("Password links requested", "EMAIL#<email>", "RESETS#<windowEnd>", note="a count; TTL", privacy=_COUNT),
    ItemKind(
        "Nobody's address",
        "EMAIL#<email>",
        "NO_ACCOUNT",
        note="takes as long to write as an event; TTL",
        privacy=Privacy(Erasure.EXPIRE, withheld="it belongs to no account"),
    ),
    ItemKind(
        "Session",
        "USER#<userId>",
        "SESSION#<sessionId>",
        note="a family of refresh tokens; TTL",
        privacy=Privacy(
            Erasure.REMOVE, exported=("sessionId", "device", "status", "revokedReason", "createdAt", "refreshedAt")
        ),
    ),
    ItemKind(
        "Device",
        "USER#<userId>",
        "DEVICE#<mark>",
        note="a hash of the name of a program that has signed in; TTL 60 days",
        privacy=Privacy(Erasure.REMOVE, withheld="the sessions say the same in words"),
    ),
    ItemKind(
        "Address",
        "USER#<userId>",
        "ADDRESS#<addressId>",
        note="at most 20 in an account",
        privacy=Privacy(
            Erasure.REMOVE,
            exported=(
                "addressId",
                "name",
                "street",
                "street2",
                "city",
                "postalCode",
                "region",
                "country",
                "phone",
                "createdAt",
                "updatedAt",
            ),
        ),
    ),
    ItemKind(
        "Address book",
        "USER#<userId>",
        "ADDRESSBOOK",
        note="which address is the default; changes with each of them, so that two at once do not both pass",
        privacy=Privacy(Erasure.REMOVE, exported=("defaultId",)),
    ),
    ItemKind(
        "Second factor",
        "FACTOR#<userId>",
        "ACTIVE",
        note="its secret, and hashes of its recovery codes",
        privacy=Privacy(
            Erasure.REMOVE, withheld="a secret; that there is one is in the profile, and since when in the mails"
        ),
    ),
    ItemKind(
        "Removal of a second factor",
        "USER#<userId>",
        "FACTORREMOVAL",
        gsi2="FACTOR_REMOVAL_DUE#<shard> / <dueAt>#<userId>",
        note="of a lost one, by the shop's people; without effect once the account's mark `secondFactorRemovalAt` is "
        "another",
        privacy=Privacy(Erasure.REMOVE, exported=("reason", "requestedAt", "dueAt")),
    ),
    ItemKind("Second factor to confirm", "FACTOR#<userId>", "PENDING", note="its secret; TTL", privacy=_PENDING),
    ItemKind("Second factor attempts", "FACTOR#<userId>", "ATTEMPTS", note="a count; TTL", privacy=_COUNT),
)

prepare_types(User)

UNVERIFIED_SHARDS = 4

FACTOR_REMOVAL_SHARDS = 4

NEWEST, ADDRESSES, NAMES = "USERS", "USEREMAILS", "USERNAMES"
"""What the partitions of the lists of accounts begin with."""
_LISTED_SHARDS = {Role.CUSTOMER: 4, Role.STAFF: 1, Role.ADMIN: 1}
"""Customers are many, and all begin as one; no shop has so many people that a partition of them gets hot."""
_FOLDED_LENGTH = 200
"""Characters of a folded name, at most four bytes each: a sort key has at most 1,024."""

LOCKED_UNTIL = "lockedUntil"
"""The attribute of a claim that keeps an address from others, in epoch seconds."""

_NO_USER_ID = "0" * 26


def email_partition(email: str) -> str:
    return f"EMAIL#{email}"


def unverified_partition(shard: int) -> str:
    return f"UNVERIFIED#{shard}"


def listed_account_key(user_id: str) -> Key:
    return Key(user_partition(user_id), "LISTED#ACCOUNT")


def listed_names_key(user_id: str) -> Key:
    return Key(user_partition(user_id), "LISTED#NAMES")


def list_partition(name: str, user_id: str, access: Access) -> str:
    """Where in an index an account is listed, in the list of that name."""
    return f"{name}#{access.role}#{access.status}#{shard_of(user_id, _LISTED_SHARDS[access.role])}"


def list_partitions(name: str, roles: Iterable[Role], statuses: Iterable[AccountStatus]) -> Iterator[str]:
    """All partitions of the accounts with one of these roles and statuses."""
    for role in roles:
        for status in statuses:
            yield from (f"{name}#{role}#{status}#{shard}" for shard in range(_LISTED_SHARDS[role]))


def fold_name(*names: str | None) -> str:
    """Return names as they are searched: without accents, in lower case, with one blank between words."""
    name = " ".join(" ".join(filter(None, names)).casefold().split())
    if name.isascii():
        return name[:_FOLDED_LENGTH]
    from unicodedata import combining, normalize  # noqa: PLC0415 - most names are ASCII

    plain = "".join(character for character in normalize("NFKD", name) if not combining(character))
    return plain.casefold()[:_FOLDED_LENGTH]


def claim_key(email: str) -> Key:
    return Key(email_partition(email), "CLAIM")


def sign_in_attempts_key(email: str, session_id: str | None = None) -> Key:
    """Those of everybody who names the address, or of the device that had this session of its account."""
    return Key(email_partition(email), f"ATTEMPTS#{session_id}" if session_id else "ATTEMPTS")


def address_attempts_key(address: str, until: int) -> Key:
    """Of attempts to sign in from an address of callers, in the hour that ends at `until`."""
    return address_key(address, "SIGNIN", until)


def password_attempts_key(user_id: str) -> Key:
    return Key(user_partition(user_id), "ATTEMPTS")


def factor_key(user_id: str) -> Key:
    """Of the second factor that is asked for."""
    return Key(_factor_partition(user_id), "ACTIVE")


def pending_factor_key(user_id: str) -> Key:
    return Key(_factor_partition(user_id), "PENDING")


def factor_removal_key(user_id: str) -> Key:
    return Key(user_partition(user_id), "FACTORREMOVAL")


def due_factor_removals_partition(shard: int) -> str:
    """Where in GSI2 the removals of second factors are that wait for their time."""
    return f"FACTOR_REMOVAL_DUE#{shard}"


def factor_attempts_key(user_id: str) -> Key:
    return Key(_factor_partition(user_id), "ATTEMPTS")


def device_key(user_id: str, mark: str) -> Key:
    return Key(user_partition(user_id), f"DEVICE#{mark}")


def links_key(email: str, now: datetime) -> Key:
    return Key(email_partition(email), f"LINKS#{links_window_end(now)}")


def reset_links_key(email: str, now: datetime) -> Key:
    return Key(email_partition(email), f"RESETS#{links_window_end(now)}")


def address_changes_key(email: str, now: datetime) -> Key:
    return Key(email_partition(email), f"CHANGES#{links_window_end(now)}")


def account_changes_key(user_id: str, now: datetime) -> Key:
    return Key(user_partition(user_id), f"CHANGES#{links_window_end(now)}")


def user_from(item: Item) -> User:
    return msgspec.convert(item, User)


def session_from(item: Item) -> Session:
    return msgspec.convert(item, Session)


def find_user(table: Table, user_id: str) -> User | None:
    item = table.get(user_key(user_id), consistent=True)
    return user_from(item) if item else None


def require_user(table: Table, user_id: str) -> User:
    """Raises UserNotFound."""
    user = find_user(table, user_id)
    if user is None:
        raise UserNotFound(f"There is no user {user_id!r}.")
    return user


def find_user_by_email(table: Table, email: str) -> User | None:
    """Find a user by the claim of their address, which is there at once; the index follows a little later."""
    owner_id = find_owner_id(table, email)
    return find_user(table, owner_id) if owner_id != _NO_USER_ID else None


def find_users(table: Table, user_ids: Iterable[str]) -> list[User]:
    """Those of the users that exist, as they were a moment ago, in the order of their ids."""
    keys = [user_key(user_id) for user_id in user_ids]
    found = table.get_many(keys)
    return [user_from(found[key]) for key in keys if key in found]


def find_user_constant_time(table: Table, email: str) -> User | None:
    """Find a user as `find_user_by_email` does, with the same reads for an address without an account."""
    return find_user(table, find_owner_id(table, email))


def find_owner_id(table: Table, email: str) -> str:
    """Return the user id of an address's owner; for an address without an account one that no user has.

    An address that an account had before is nobody's, as long as others cannot have it.
    """
    claim = table.get(claim_key(email), consistent=True)
    owner_id: str = claim["userId"] if claim and LOCKED_UNTIL not in claim else _NO_USER_ID
    return owner_id


def find_attempts(table: Table, key: Key) -> Attempts | None:
    item = table.get(key, consistent=True)
    return msgspec.convert(item, Attempts) if item else None


def find_session(table: Table, user_id: str, session_id: str) -> Session | None:
    item = table.get(session_key(user_id, session_id), consistent=True)
    return session_from(item) if item else None


def list_sessions(table: Table, user_id: str) -> list[Session]:
    """The newest sessions of an account, the newest first; those that have ended are among them for a while."""
    query = Query(user_partition(user_id), begins="SESSION#", descending=True, limit=SESSIONS_LISTED, consistent=True)
    return [session_from(item) for item in table.query(query).items]


def find_user_and_session(table: Table, user_id: str, session_id: str) -> tuple[User, Session] | None:
    """Find both in one round trip; None when either is missing."""
    keys = user_key(user_id), session_key(user_id, session_id)
    found = table.get_many(keys, consistent=True)
    if len(found) < len(keys):
        return None
    return user_from(found[keys[0]]), session_from(found[keys[1]])


def find_factor(table: Table, user_id: str) -> SecondFactor | None:
    item = table.get(factor_key(user_id), consistent=True)
    return msgspec.convert(item, SecondFactor) if item else None


def find_pending_factor(table: Table, user_id: str) -> PendingFactor | None:
    item = table.get(pending_factor_key(user_id), consistent=True)
    return msgspec.convert(item, PendingFactor) if item else None


def factor_removal_from(item: Item) -> FactorRemoval:
    return msgspec.convert(item, FactorRemoval)


def find_user_and_factor(table: Table, user_id: str) -> tuple[User, SecondFactor] | None:
    """Find both in one round trip; None when either is missing."""
    keys = user_key(user_id), factor_key(user_id)
    found = table.get_many(keys, consistent=True)
    if len(found) < len(keys):
        return None
    return user_from(found[keys[0]]), msgspec.convert(found[keys[1]], SecondFactor)


def query_unverified(shard: int, until: datetime, limit: int) -> Query:
    """Query the accounts of a shard, opened by `until`, that are neither verified nor reminded; the oldest first."""
    return Query(unverified_partition(shard), index="GSI2", between=("0", f"{iso(until)}~"), limit=limit)


def query_due_factor_removals(shard: int, until: datetime, limit: int) -> Query:
    """Query the removals of second factors of a shard that are due by `until`, the longest due first."""
    return Query(due_factor_removals_partition(shard), index="GSI2", between=("0", f"{iso(until)}~"), limit=limit)


def _factor_partition(user_id: str) -> str:
    """A partition of its own kind, so that no other function's role can read what stands there."""
    return f"FACTOR#{user_id}"
