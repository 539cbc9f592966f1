"""API Gateway's proxy event to a typed request, a typed response back; one error shape for everything.

A handler is a plain function `(request, shop) -> message`; `@endpoint` makes it a Lambda entry point that also says
what the exports (OpenAPI, API Gateway models) need to know of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from tradewind.aws.log import InvocationLog
from tradewind.edge.entry_point import EntryPoint
from tradewind.edge.errors import BodyTooLarge, InvalidJson, InvalidRequest, NotJson, status_of
from tradewind.kernel.caller import ANONYMOUS, Caller, Permission, Role
from tradewind.kernel.errors import Detail, SecondFactorMissing, TradewindError
from tradewind.shop import Shop, production

MAX_BODY_BYTES = 1024 * 1024
"""A thousand order lines are 100 KB; API Gateway itself stops at 10 MB."""

AUTHORIZATION = "authorization"
"""The header of an operation for everybody that takes a token, and does without one."""

B = TypeVar("B")
P = TypeVar("P")
R = TypeVar("R")
T = TypeVar("T")

_MAX_ID_LENGTH = 128
_INTERNAL_ERROR = 500

SECURITY_HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
}

CONTENT_SECURITY_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""An answer is no page: it loads nothing, and stands in none.

API Gateway's own answers cannot say it: a header of theirs holds no quotes.
"""

encode = msgspec.json.Encoder(decimal_format="number").encode


class Empty(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No body, or no parameters."""


class Request(msgspec.Struct, Generic[B, P], frozen=True):
    """`params` holds what stands in the path and the query; `raw_body` is the body's text as it came.

    `source_ip` is who API Gateway was called by: the distribution, where one stands in front of it.
    """

    body: B
    params: P
    caller: Caller
    log: InvocationLog
    headers: Mapping[str, str] = {}
    raw_body: str = ""
    source_ip: str = ""


class Response(msgspec.Struct, frozen=True):
    """An answer that is more than a message: a status of its own, headers, or a body that is already encoded."""

    status: int
    body: bytes
    headers: Mapping[str, str] = {}


class ErrorBody(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The one shape of every error; `error` is a stable code, `requestId` finds the log line.

    `challenge` comes with `SecondFactorRequired` alone: it goes into the request that has the code.
    """

    error: str
    message: str
    details: tuple[Detail, ...]
    request_id: str
    challenge: str | None = None


class Contract(msgspec.Struct, Generic[B, P], frozen=True):
    """What an operation takes and gives: the exports (OpenAPI, API Gateway models) are made from it.

    `errors` are the refusals that are particular to the operation; those of the edge follow from the rest.
    `response` is named only where the handler returns a `Response`; otherwise its return annotation says it.
    `media_type` is that of what it returns in order; a refusal is JSON. `permission` is what staff need for it. An
    operation of customers that has one is shared: staff with the permission use it as the shop's people; to any other
    operation of customers, and without the permission, they are customers.
    """

    role: Role
    body: type[B]
    params: type[P]
    status: int
    errors: tuple[type[TradewindError], ...]
    headers: tuple[str, ...]
    response: type[msgspec.Struct] | None
    media_type: str = "application/json"
    permission: Permission | None = None

    @property
    def is_shared(self) -> bool:
        return self.role is Role.CUSTOMER and self.permission is not None

    @property
    def is_for_staff(self) -> bool:
        """Whether it is an operation of the shop's people alone."""
        return self.role in {Role.STAFF, Role.ADMIN}


class Endpoint(EntryPoint[Callable[[Request[B, P], Shop], R]], Generic[B, P, R]):
    """A Lambda entry point for one operation."""

    def __init__(
        self,
        handle: Callable[[Request[B, P], Shop], R],
        contract: Contract[B, P],
        *,
        connects_to: Sequence[str] = ("table",),
    ) -> None:
        super().__init__(handle, connects_to=connects_to, takes=(contract.body, contract.params))
        self.contract = contract
        self.connects_to = connects_to

    def __call__(self, event: dict[str, Any], _context: object, shop: Shop | None = None) -> dict[str, Any]:
        shop = shop or production()
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        with _open_log(self.__name__, event, headers, shop) as log:
            response = self._respond(event, headers, log, shop)
            log.add(status=response.status, route=f"{event.get('httpMethod')} {event.get('resource')}")
        return _proxy_response(response, log, _cors(shop.settings.cors_origin, headers.get("origin", "")))

    def _respond(self, event: dict[str, Any], headers: Mapping[str, str], log: InvocationLog, shop: Shop) -> Response:
        """The operation's response; a refusal and a fault are responses, too."""
        try:
            response = self._handle(event, headers, log, shop)
        except TradewindError as error:
            log.level, log.message = "WARN", error.code
            return _refusal(error, log)
        except Exception as error:  # noqa: BLE001 - the caller gets a request id, the log gets the fault
            log.record_exception(error)
            return _fault(log)
        log.message = str(response.status)
        return response

    def _handle(self, event: dict[str, Any], headers: Mapping[str, str], log: InvocationLog, shop: Shop) -> Response:
        caller = self._caller(event, shop)
        log.user_id = caller.user_id
        self._admit(caller, shop)
        raw_body = _raw_body(event)
        request = Request(
            body=self._body(raw_body, headers),
            params=self._params(event),
            caller=caller,
            log=log,
            headers=headers,
            raw_body=raw_body,
            source_ip=_source_ip(event),
        )
        acting = self._audit(request, event, shop) if caller.is_staff and _changes_something(event) else shop
        result = self.handle(request, acting)
        if isinstance(result, Response):
            return result
        return Response(self.contract.status, b"" if result is None else encode(result))

    def _caller(self, event: dict[str, Any], shop: Shop) -> Caller:
        """Who the authorizer says it is.

        Its answer for an operation of customers or guests may be minutes old, which is too old for what the shop's
        people may do there. Raises SignInRequired.
        """
        caller, permission = _claimed_caller(event), self.contract.permission
        if self.contract.role not in {Role.GUEST, Role.CUSTOMER} or not caller.is_staff:
            return caller
        if permission is None:
            return caller.as_customer
        from tradewind.edge.access import check_access  # noqa: PLC0415 - customers do not pay for it

        checked = check_access(caller, shop.table, shop.clock.now())
        return checked if checked.may(permission) else checked.as_customer

    def _admit(self, caller: Caller, shop: Shop) -> None:
        """Raises SignInRequired, AdminOnly, PermissionRequired, SecondFactorMissing."""
        if self.contract.role is Role.STAFF and self.contract.permission:
            caller.must_have(self.contract.permission)
        else:
            caller.must_be(self.contract.role)
        if caller.is_staff and shop.settings.staff_second_factor_required and not caller.has_second_factor:
            raise SecondFactorMissing("Please set up a second factor for your account first.")

    def _audit(self, request: Request[B, P], event: dict[str, Any], shop: Shop) -> Shop:
        """The shop for one of its people: whatever changes in its table is recorded with the change.

        What changes elsewhere is recorded before.
        """
        from tradewind.edge.audit import Act, AuditedTable, name_thing  # noqa: PLC0415 - customers do not pay for it
        from tradewind.edge.caller_address import caller_address  # noqa: PLC0415 - it needs this module's Request

        in_path = {name: _decode_percent(value) for name, value in (event.get("pathParameters") or {}).items()}
        act = Act(
            actor_id=request.caller.user_id,
            role=request.caller.role,
            operation=f"{event.get('httpMethod')} {event.get('resource')}",
            thing=name_thing(in_path),
            address=caller_address(request, shop.settings),
            correlation_id=request.log.correlation_id,
        )
        audited = AuditedTable(shop.table, act, shop.clock)
        if "table" not in self.connects_to:
            audited.record_beforehand()
        return shop.with_table(audited)

    def _body(self, raw_body: str, headers: Mapping[str, str]) -> B:
        kind = self.contract.body
        if kind is Empty:
            return kind()
        content_type = headers.get("content-type", "application/json").partition(";")[0].strip().lower()
        if content_type != "application/json":
            raise NotJson(f"Send the body as application/json, not as {content_type!r}.")
        try:
            return _decode(raw_body, kind)
        except msgspec.ValidationError as error:
            raise _invalid(kind, _decode_leniently(raw_body), error) from error

    def _params(self, event: dict[str, Any]) -> P:
        in_path = {name: _decode_percent(value) for name, value in (event.get("pathParameters") or {}).items()}
        given = (event.get("queryStringParameters") or {}) | in_path
        try:
            return msgspec.convert(given, self.contract.params, strict=False)
        except msgspec.ValidationError as error:
            raise _invalid(self.contract.params, given, error, strict=False) from error


def endpoint(  # noqa: PLR0913 - a contract has so many parts, all by name
    *,
    role: Role | None = None,
    permission: Permission | None = None,
    body: type[B] = Empty,  # type: ignore[assignment]  # B is Empty where no body is named
    params: type[P] = Empty,  # type: ignore[assignment]  # likewise
    status: int = 200,
    errors: tuple[type[TradewindError], ...] = (),
    headers: tuple[str, ...] = (),
    response: type[msgspec.Struct] | None = None,
    media_type: str = "application/json",
    connects_to: Sequence[str] = ("table",),
) -> Callable[[Callable[[Request[B, P], Shop], R]], Endpoint[B, P, R]]:
    """Make a Lambda entry point for one operation; the arguments are its `Contract`, and whether it uses the table.

    Without a `role` it is for staff who have the `permission`; without either, for everybody.
    """
    role = role or (Role.STAFF if permission else Role.PUBLIC)
    contract = Contract(role, body, params, status, errors, headers, response, media_type, permission)
    return lambda handle: Endpoint(handle, contract, connects_to=connects_to)


def _open_log(name: str, event: dict[str, Any], headers: Mapping[str, str], shop: Shop) -> InvocationLog:
    """A caller's own correlation id is followed when it is one; otherwise the request's id is."""
    request_id = (event.get("requestContext") or {}).get("requestId") or ""
    wanted = headers.get("x-correlation-id") or ""
    is_short = wanted.isascii() and len(wanted) <= _MAX_ID_LENGTH
    is_id = is_short and wanted.replace("-", "").replace("_", "").isalnum()
    return InvocationLog(name, shop.clock, request_id=request_id, correlation_id=wanted if is_id else request_id)


def _claimed_caller(event: dict[str, Any]) -> Caller:
    """A public operation may have none."""
    claims = (event.get("requestContext") or {}).get("authorizer") or {}
    if not claims.get("userId"):
        return ANONYMOUS
    return Caller(
        user_id=claims["userId"],
        role=Role(claims.get("role", Role.CUSTOMER)),
        session_id=claims.get("sessionId", ""),
        password_version=int(claims.get("passwordVersion", 0)),
        permissions=frozenset(map(Permission, claims.get("permissions", "").split())),
        has_second_factor=claims.get("hasSecondFactor") == "true",
    )


def _changes_something(event: dict[str, Any]) -> bool:
    """RFC 9110, 9.2.1: what GET asks for changes nothing."""
    return event.get("httpMethod") != "GET"


def _source_ip(event: dict[str, Any]) -> str:
    source_ip: str = ((event.get("requestContext") or {}).get("identity") or {}).get("sourceIp") or ""
    return source_ip


def _raw_body(event: dict[str, Any]) -> str:
    body: str = event.get("body") or ""
    try:
        content = _decode_base64(body) if event.get("isBase64Encoded") else body.encode()
    except ValueError as error:
        raise InvalidJson("The body cannot be read: it is neither text nor base64.") from error
    if len(content) > MAX_BODY_BYTES:
        raise BodyTooLarge(f"The body is larger than {MAX_BODY_BYTES} bytes.")
    return content.decode(errors="replace")


def _decode_percent(value: str) -> str:
    """A parameter of the path as it was meant: API Gateway hands over those of a REST API as they came.

    Raises InvalidRequest.
    """
    if "%" not in value:
        return value
    from urllib.parse import unquote  # noqa: PLC0415 - most ids need none

    try:
        return unquote(value, errors="strict")
    except UnicodeDecodeError as error:
        raise InvalidRequest("The path is not valid: its percent-encoding is not UTF-8.") from error


def _decode_base64(body: str) -> bytes:
    from base64 import b64decode  # noqa: PLC0415 - JSON comes as it is

    return b64decode(body)


def _decode(raw_body: str, kind: type[T]) -> T:
    """Raises InvalidJson, and msgspec's own ValidationError: it comes first, even where the rest is not JSON."""
    try:
        return msgspec.json.decode(raw_body, type=kind)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidJson(f"The body is not valid JSON: {error}.") from error


def _decode_leniently(raw_body: str) -> object:
    """The body, also with numbers that no float can hold: infinity then, which no field takes. Raises InvalidJson."""
    try:
        return _decode(raw_body, object)
    except msgspec.ValidationError:
        from json import loads  # noqa: PLC0415 - only a strange request pays for it

        return loads(raw_body)


def _invalid(kind: type[Any], given: object, error: Exception, *, strict: bool = True) -> InvalidRequest:
    from tradewind.edge.validation import violations  # noqa: PLC0415 - only a bad request pays for it

    details = violations(kind, given, strict=strict) or (Detail("body", str(error)),)
    named = ", ".join(detail.field for detail in details)
    return InvalidRequest(f"The request is not valid. Please correct: {named}.", details)


def _refusal(error: TradewindError, log: InvocationLog) -> Response:
    headers = {} if error.retry_after_seconds is None else {"retry-after": str(error.retry_after_seconds)}
    body = ErrorBody(error.code, error.message, error.details, log.request_id, error.challenge)
    return Response(status_of(type(error)), encode(body), headers)


def _fault(log: InvocationLog) -> Response:
    """Nothing about the inside for the caller: the log has it."""
    message = "Something went wrong on our side. Please try again; if it stays, tell us the request id."
    return Response(_INTERNAL_ERROR, encode(ErrorBody("InternalError", message, (), log.request_id)))


def _cors(allowed: str, origin: str) -> dict[str, str]:
    """Whose pages may read the answer: anybody's, or the caller's if its origin is in the list.

    https://fetch.spec.whatwg.org/#http-access-control-allow-origin takes one origin, so a list depends on who asks.
    """
    if allowed == "*":
        return {"access-control-allow-origin": "*"}
    readable = {"access-control-allow-origin": origin} if origin in allowed.split(",") else {}
    return {**readable, "vary": "origin"}


def _proxy_response(response: Response, log: InvocationLog, cors: Mapping[str, str]) -> dict[str, Any]:
    headers = {
        "content-type": "application/json",
        **SECURITY_HEADERS,
        "content-security-policy": CONTENT_SECURITY_POLICY,
        "x-request-id": log.request_id,
        **cors,
        "access-control-expose-headers": "x-request-id,retry-after",
        **response.headers,
    }
    return {"statusCode": response.status, "headers": headers, "body": response.body.decode(), "isBase64Encoded": False}
