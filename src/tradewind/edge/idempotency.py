"""Idempotent requests: the answer is stored in the transaction that does the work, and given again to every repeat.

Semantics of the `Idempotency-Key` header as Stripe made them usual; a key is good for 24 hours
(https://docs.stripe.com/api/idempotent_requests).
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from tradewind.aws.table import Absent, AnyOf, AtMost, Delete, Equals, Item, Key, Put
from tradewind.edge.http import Reply
from tradewind.kernel.clock import epoch_seconds
from tradewind.kernel.errors import Conflict, Unprocessable

HEADER = "idempotency-key"
MAX_KEY_LENGTH = 255
_KEPT_FOR = timedelta(hours=24)
_LEASE = timedelta(seconds=60)
_IN_PROGRESS = "in progress"
_DONE = "done"


class InvalidIdempotencyKey(Unprocessable):
    """The key is longer than 255 characters."""


class IdempotencyKeyReused(Unprocessable):
    """The key was used for another request: take a new one for each new intention."""


class InProgress(Conflict):
    """The first request with this key still runs: ask again in a moment."""


class Idempotency(msgspec.Struct, frozen=True):
    """One intention of one caller: `owner` marks the attempt that works on it."""

    key: Key
    fingerprint: str
    owner: str
    now: datetime

    def claimed(self) -> Put:
        """Claim the key before work of several transactions; a claim that was left behind lapses after a minute."""
        lapsed = AtMost("leaseUntil", epoch_seconds(self.now))
        return Put(
            self._item(_IN_PROGRESS, leaseUntil=epoch_seconds(self.now + _LEASE)), when=(_unless_kept(self, lapsed),)
        )

    def done(self, reply: Reply, *, claimed: bool) -> Put:
        """Store the answer; the condition fails when somebody else was faster with this key."""
        item = self._item(_DONE, status=reply.status, body=reply.body.decode())
        return Put(item, when=(Equals("owner", self.owner) if claimed else _unless_kept(self),))

    def abandoned(self) -> Delete:
        """Give a claim back after a refusal, so that a corrected request may use the key."""
        return Delete(self.key, when=(Equals("owner", self.owner), Equals("state", _IN_PROGRESS)))

    def replay(self, record: Item | None) -> Reply | None:
        """The stored answer, if there is one. Raises IdempotencyKeyReused or InProgress."""
        if record is None or record["expiresAt"] <= epoch_seconds(self.now):
            return None
        if record["fingerprint"] != self.fingerprint:
            raise IdempotencyKeyReused("This Idempotency-Key was used for another request. Use a new one.")
        if record["state"] == _DONE:
            return Reply(record["status"], record["body"].encode(), {"idempotent-replayed": "true"})
        if record["leaseUntil"] > epoch_seconds(self.now):
            raise InProgress(
                "The first request with this key still runs. Ask again in a moment.", retry_after_seconds=1
            )
        return None

    def _item(self, state: str, **facts: object) -> Item:
        return {
            "PK": self.key.pk,
            "SK": self.key.sk,
            "state": state,
            "fingerprint": self.fingerprint,
            "owner": self.owner,
            "expiresAt": epoch_seconds(self.now + _KEPT_FOR),
            **facts,
        }


def idempotency(header: str | None, *, caller: str, request: str, owner: str, now: datetime) -> Idempotency | None:
    """The intention that the header names, if it does; `request` is the operation and the body as it came."""
    if not header:
        return None
    if len(header) > MAX_KEY_LENGTH:
        raise InvalidIdempotencyKey(f"An Idempotency-Key has at most {MAX_KEY_LENGTH} characters.")
    from hashlib import sha256  # noqa: PLC0415 - brings OpenSSL, and not every request has a key

    fingerprint = sha256(request.encode()).hexdigest()
    return Idempotency(Key(f"IDEMPOTENCY#{caller}#{header}", "REQUEST"), fingerprint, owner, now)


def _unless_kept(intention: Idempotency, *or_when: AtMost) -> AnyOf:
    """DynamoDB removes expired items late, so an expired one counts as absent."""
    return AnyOf((Absent(), AtMost("expiresAt", epoch_seconds(intention.now)), *or_when))
