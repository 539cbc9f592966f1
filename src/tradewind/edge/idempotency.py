"""Idempotent requests: the answer is stored in the transaction that does the work, and given again to every repeat.

Semantics of the `Idempotency-Key` header as Stripe made them usual; a key is good for 24 hours
(https://docs.stripe.com/api/idempotent_requests).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal

import msgspec

from tradewind.aws.table import Absent, AnyOf, AtMost, Delete, Equals, Item, Key, Put
from tradewind.edge.errors import IdempotencyKeyReused, InProgress, InvalidIdempotencyKey
from tradewind.edge.http import Response
from tradewind.kernel.clock import epoch_seconds

HEADER = "idempotency-key"
MAX_KEY_LENGTH = 255
_KEPT_FOR = timedelta(hours=24)
_LEASE = timedelta(seconds=60)
_MAX_ABANDONED = 15
"""A claim lapses each minute: what an older attempt held ahead of its order is given back by then."""

_IN_PROGRESS = "in progress"
_DONE = "done"
_MAX_DIGITS = 30
_EXACT = Context(prec=1_000, Emax=MAX_EMAX, Emin=MIN_EMIN)

_encode = msgspec.json.Encoder(order="sorted", decimal_format="number").encode


class Idempotency(msgspec.Struct, frozen=True):
    """One request of one caller, by its key; `owner` marks the attempt that works on it.

    `abandoned` are the owners of earlier attempts that claimed the key and did not finish, newest first: what they did
    ahead of the answer may be there still.
    """

    key: Key
    fingerprint: str
    owner: str
    now: datetime
    abandoned: tuple[str, ...] = ()

    @classmethod
    def from_header(
        cls, header: str | None, *, caller: str, operation: str, body: str, owner: str, now: datetime
    ) -> Idempotency | None:
        """The request's key, if it has one; `body` is JSON: the order of its keys does not matter, nor 1.0 for 1.

        Raises InvalidIdempotencyKey.
        """
        if not header:
            return None
        if len(header) > MAX_KEY_LENGTH:
            raise InvalidIdempotencyKey(f"An Idempotency-Key has at most {MAX_KEY_LENGTH} characters.")
        from hashlib import sha256  # noqa: PLC0415 - brings OpenSSL, and not every request has a key

        fingerprint = sha256(operation.encode() + b"\n" + _canonical(body)).hexdigest()
        return cls(Key(f"IDEMPOTENCY#{caller}#{header}", "REQUEST"), fingerprint, owner, now)

    def after(self, record: Item | None) -> Idempotency:
        """The same request, which knows whose claims of its key were left behind."""
        if record is None or record["state"] != _IN_PROGRESS:
            return self
        owners = (record["owner"], *record.get("abandoned", ()))
        return msgspec.structs.replace(self, abandoned=owners[:_MAX_ABANDONED])

    def claim(self) -> Put:
        """Claim the key before work of several transactions; a claim that was left behind lapses after a minute."""
        lapsed = AtMost("leaseUntil", epoch_seconds(self.now))
        return Put(self._claimed_until(epoch_seconds(self.now + _LEASE)), when=(_unless_kept(self, lapsed),))

    def abandon(self) -> Put:
        """Leave a claim behind for a repeat, which may begin at once and is told whose work to look for."""
        return Put(self._claimed_until(0), when=self._is_claimed())

    def complete(self, response: Response, *, claimed: bool) -> Put:
        """Store the answer; the condition fails when somebody else was faster with this key."""
        item = self._item(_DONE, status=response.status, body=response.body.decode())
        return Put(item, when=(Equals("owner", self.owner) if claimed else _unless_kept(self),))

    def release(self) -> Delete:
        """Give a claim back after a refusal, so that a corrected request may use the key."""
        return Delete(self.key, when=self._is_claimed())

    def replay(self, record: Item | None) -> Response | None:
        """The stored answer, if there is one. Raises IdempotencyKeyReused or InProgress."""
        if record is None or record["expiresAt"] <= epoch_seconds(self.now):
            return None
        if record["fingerprint"] != self.fingerprint:
            raise IdempotencyKeyReused("This Idempotency-Key was used for another request. Use a new one.")
        if record["state"] == _DONE:
            return Response(record["status"], record["body"].encode(), {"idempotent-replayed": "true"})
        if record["leaseUntil"] > epoch_seconds(self.now):
            raise InProgress(
                "The first request with this key still runs. Ask again in a moment.", retry_after_seconds=1
            )
        return None

    def _is_claimed(self) -> tuple[Equals, ...]:
        return Equals("owner", self.owner), Equals("state", _IN_PROGRESS)

    def _claimed_until(self, lease_until: int) -> Item:
        abandoned = {"abandoned": [*self.abandoned]} if self.abandoned else {}
        return self._item(_IN_PROGRESS, leaseUntil=lease_until, **abandoned)

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


def _canonical(body: str) -> bytes:
    """The same bytes for the same document."""
    if not body:
        return b""
    return _encode(msgspec.json.Decoder(float_hook=_plain_number).decode(body))


def _plain_number(digits: str) -> int | Decimal:
    number = Decimal(digits)
    is_whole = abs(number.adjusted()) < _MAX_DIGITS and number == number.to_integral_value()
    return int(number) if is_whole else number.normalize(_EXACT)


def _unless_kept(idempotency: Idempotency, *or_when: AtMost) -> AnyOf:
    """DynamoDB removes expired items late, so an expired one counts as absent."""
    return AnyOf((Absent(), AtMost("expiresAt", epoch_seconds(idempotency.now)), *or_when))
