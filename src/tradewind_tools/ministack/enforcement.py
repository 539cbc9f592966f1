"""IAM enforced: what MiniStack's `AUTH=true` does not look at is added here, and every decision is kept.

Of its own it decides by identity policies and knows neither which items a request touches (`dynamodb:LeadingKeys`) nor
whose mail it is. Service roles and resource policies stay unenforced; tests of the template look at those.
The functions here replace parts of MiniStack 1.5.33, which is pinned; `tests/e2e/test_least_privilege.py` fails when
another version differs.
"""

from __future__ import annotations

import json
import os
import re
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from email.utils import parseaddr
from types import ModuleType
from typing import Any, Final, Self

import msgspec
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tradewind_tools.blueprint.table import TABLE
from tradewind_tools.ministack.environment import ENFORCING
from tradewind_tools.ministack.signing import Signer

DECISIONS_PATH: Final = "/_tradewind/decisions"
LEADING_KEYS: Final = "dynamodb:LeadingKeys"
FROM_ADDRESS: Final = "ses:FromAddress"
SENDING: Final = "ses:SendEmail"
SECRETS: Final = "secretsmanager"
STREAMS: Final = "dynamodbstreams"

JsonObject = dict[str, Any]

_PARTITION_CONDITION: Final = re.compile(r"([#\w]+)\s*=\s*(:\w+)")
_ASSUMED_ROLE: Final = ":assumed-role/"
_SENDER: Final = ContextVar("sender", default="")
_CONFIGURATION_SET: Final = ContextVar("configuration set", default="")


class Decision(msgspec.Struct, frozen=True, order=True, rename="camel"):
    """Whether a function might do a thing; `partition` is the item's up to its first `#`, e.g. `USER#`."""

    function: str
    action: str
    resource: str
    partition: str
    allowed: bool


class PartOfTransaction(str):
    """The ARN of the table that a part of a transaction names, with the partition key of the part's item."""

    __slots__ = ("partition_key",)
    partition_key: str

    def __new__(cls, arn: str, partition_key: str) -> Self:
        made = super().__new__(cls, arn)
        made.partition_key = partition_key
        return made


class Decisions:
    """ASGI middleware that answers `GET /_tradewind/decisions` with every decision so far, each once."""

    def __init__(self, app: ASGIApp, kept: Iterable[Decision]) -> None:
        self._app = app
        self._kept = kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == DECISIONS_PATH:
            decisions = Response(msgspec.json.encode(sorted(self._kept)), media_type="application/json")
            await decisions(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def is_on() -> bool:
    return os.environ.get(ENFORCING) == "true"


def apply() -> set[Decision]:
    """Make every adjustment; the set fills with what was decided. Call once, before the first request."""
    from ministack import app  # noqa: PLC0415 - reads its settings from the environment when imported
    from ministack.core import iam_actions, iam_evaluator  # noqa: PLC0415 - the same
    from ministack.services import sts  # noqa: PLC0415 - the same

    kept: set[Decision] = set()
    add_leading_keys(iam_actions)
    resolve_streams(iam_actions)
    add_sender(app)
    iam_evaluator.enforce = Enforcement(iam_evaluator.enforce, sts._sessions, kept)  # noqa: SLF001 - no API gives the holder of a key
    return kept


def holder_of(token: str) -> Signer | None:
    """The function whose session the token belongs to."""
    from ministack.services import sts  # noqa: PLC0415 - reads its settings from the environment when imported

    held = list(sts._sessions.items())  # noqa: SLF001 - no API gives the holder of a token
    return next(
        (Signer(key, session["SecretAccessKey"], token) for key, session in held if session["SessionToken"] == token),
        None,
    )


def add_leading_keys(iam_actions: ModuleType) -> None:
    """Add `dynamodb:LeadingKeys` to the context of a request: without it a condition on it holds for every item."""
    context_of, checks_of = iam_actions.dynamodb_service_context, iam_actions.dynamodb_transaction_checks

    def context_with_partitions(body: bytes) -> JsonObject:
        request = json.loads(body or b"{}")
        keys = list(dict.fromkeys(partitions(request)))
        return {**context_of(body), LEADING_KEYS: keys}

    def checks_with_partitions(action: str, body: bytes, region: str, account: str) -> list[tuple[str, str]]:
        checks = checks_of(action, body, region, account)
        if not checks:
            return []
        found = partitions(json.loads(body))
        return [(part, PartOfTransaction(arn, key)) for (part, arn), key in zip(checks, found, strict=True)]

    iam_actions.dynamodb_service_context = context_with_partitions  # type: ignore[attr-defined]
    iam_actions.dynamodb_transaction_checks = checks_with_partitions  # type: ignore[attr-defined]


def resolve_streams(iam_actions: ModuleType) -> None:
    """Find the stream that a request reads: otherwise it would need permission for all of them."""
    resource_of = iam_actions.extract_resource_arn

    def resource_or_stream(service: str, method: str, path: str, headers: object, body: bytes, *others: object) -> str:
        if service == STREAMS:
            return stream_of(json.loads(body)) or "*"
        return str(resource_of(service, method, path, headers, body, *others))

    iam_actions.extract_resource_arn = resource_or_stream  # type: ignore[attr-defined]


def add_sender(app: ModuleType) -> None:
    """Remember the sender and the configuration set of a mail, which only the body of the request names."""
    check = app._enforce_ses_v2  # noqa: SLF001

    def check_with_sender(method: str, path: str, headers: object, body: bytes, *others: object) -> object:
        _SENDER.set(sender_of(body))
        _CONFIGURATION_SET.set(configuration_set_of(body))
        return check(method, path, headers, body, *others)

    app._enforce_ses_v2 = check_with_sender  # type: ignore[attr-defined] # noqa: SLF001


class Enforcement:
    """In the place of MiniStack's `enforce`: returns None for what is allowed, and its refusal otherwise."""

    def __init__(self, enforce: Callable[..., object], sessions: Mapping[str, JsonObject], kept: set[Decision]) -> None:
        self._enforce = enforce
        self._sessions = sessions
        self._kept = kept

    def __call__(
        self,
        access_key: str,
        action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: JsonObject | None = None,
    ) -> object:
        context = {**(service_context or {}), **_of_one_item(resource_arn), **_of_mail(action)}
        resources = _resources_of_mail(region) if action == SENDING else (resource_arn,)
        decided = [self._decide(access_key, action, service, region, resource, context) for resource in resources]
        return next((refused for refused in decided if refused is not None), None)

    def _decide(
        self, access_key: str, action: str, service: str, region: str, resource: str, context: JsonObject
    ) -> object:
        refused = self._enforce(access_key, action, service, region, resource, context)
        if refused is not None and service == SECRETS:
            refused = self._enforce(access_key, action, service, region, secret_name(resource), context)
        self._keep(access_key, action, str(resource), context, allowed=refused is None)
        return refused

    def _keep(self, access_key: str, action: str, resource: str, context: JsonObject, *, allowed: bool) -> None:
        function = _function(self._sessions.get(access_key))
        for partition in context.get(LEADING_KEYS) or [""]:
            if function:
                self._kept.add(Decision(function, action, resource, partition_kind(partition), allowed))


def partitions(request: JsonObject) -> Iterator[str]:
    """The partition key of every item that a request to DynamoDB names, in order."""
    if "TransactItems" in request:
        for item in request["TransactItems"]:
            for part in item.values():
                yield from partitions(part)
    elif "RequestItems" in request:
        for table in request["RequestItems"].values():
            yield from (_of_item(key) for key in table["Keys"])
    elif "KeyConditionExpression" in request:
        yield _of_query(request)
    elif "Key" in request or "Item" in request:
        yield _of_item(request.get("Key") or request["Item"])


def stream_of(request: JsonObject) -> str:
    """The stream that a request reads; the local cloud's iterators contain its ARN."""
    if "ShardIterator" in request:
        request = json.loads(urlsafe_b64decode(request["ShardIterator"]))
        return str(request["arn"])
    return str(request.get("StreamArn", ""))


def partition_kind(partition: str) -> str:
    """`USER#` of `USER#01KAJ0…`."""
    return "".join(partition.partition("#")[:2])


def secret_name(arn: str) -> str:
    """The name in a secret's ARN: in the stack's policies, as CloudFormation's `Ref` of a secret is its name here."""
    return arn.rpartition(":")[2].rpartition("-")[0]


def sender_of(body: bytes) -> str:
    """The address in a request to send a mail, without the name beside it."""
    return parseaddr(_part_of_mail(body, "FromEmailAddress"))[1]


def configuration_set_of(body: bytes) -> str:
    """The name of the configuration set in a request to send a mail; empty where it names none."""
    return _part_of_mail(body, "ConfigurationSetName")


def _part_of_mail(body: bytes, name: str) -> str:
    try:
        return str(json.loads(body).get(name, ""))
    except ValueError:
        return ""


def _of_item(attributes: JsonObject) -> str:
    return str(attributes[TABLE.key.partition]["S"])


def _of_query(request: JsonObject) -> str:
    """The value that the partition key must equal; in our words that comes first, and the sort key is never `=`."""
    equal = _PARTITION_CONDITION.search(request["KeyConditionExpression"])
    return str(request["ExpressionAttributeValues"][equal[2]]["S"]) if equal else ""


def _of_one_item(arn: str) -> JsonObject:
    return {LEADING_KEYS: [arn.partition_key]} if isinstance(arn, PartOfTransaction) else {}


def _of_mail(action: str) -> JsonObject:
    return {FROM_ADDRESS: _SENDER.get()} if action == SENDING else {}


def _resources_of_mail(region: str) -> tuple[str, ...]:
    """The sender's identity and, where the mail names one, its configuration set: each must be allowed."""
    from ministack.core.responses import get_account_id  # noqa: PLC0415 - reads its settings from the environment

    place = f"arn:aws:ses:{region}:{get_account_id()}"
    named = _CONFIGURATION_SET.get()
    return f"{place}:identity/{_SENDER.get()}", *([f"{place}:configuration-set/{named}"] if named else [])


def _function(session: JsonObject | None) -> str:
    """A function's role is assumed under the function's name."""
    principal = str(session["Arn"]) if session else ""
    return principal.rpartition("/")[2] if _ASSUMED_ROLE in principal else ""
