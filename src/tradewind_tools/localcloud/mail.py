"""The mails that were sent, for the browser: `/mail` is the page, `/mail/messages.json` its list, newest first.

A mail's HTML is a stranger here: it is served sandboxed, without scripts and without requests of its own. Its links
open in a tab of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from http import HTTPMethod, HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qs, unquote

import msgspec

from tradewind_tools.localcloud.pages import page, response
from tradewind_tools.ministack.asgi import Receive, Response, Scope, Send

MAX_LISTED: Final = 100
EXCERPT_CHARS: Final = 140

_NOTHING_BUT_LINKS: Final = (
    b"sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'"
)
_SANDBOX: Final = (
    (b"content-security-policy", _NOTHING_BUT_LINKS),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"cache-control", b"no-store"),
)
_FRESH: Final = ((b"cache-control", b"no-store"),)
_MESSAGE: Final = re.compile(r"/mail/messages/(?P<id>[^/]+)\.(?P<form>json|html)")


class Mail(msgspec.Struct, frozen=True):
    """A mail as the mail service kept it; `html` is empty when it was sent as text alone."""

    id: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    html: str
    sent_at: datetime


class Summary(msgspec.Struct, frozen=True, rename="camel"):
    """A mail in the list."""

    id: str
    sender: str = msgspec.field(name="from")
    recipients: tuple[str, ...] = msgspec.field(name="to")
    subject: str
    sent_at: datetime
    excerpt: str


class Reading(Summary, frozen=True, rename="camel"):
    """A mail opened."""

    text: str
    has_html: bool


class Listing(msgspec.Struct, frozen=True, rename="camel"):
    """The newest mails that match, and how many there are of them in all."""

    count: int
    items: list[Summary]


def kept_by_ses() -> list[Mail]:
    """Read the mails the local cloud's SES has taken, in the order they were sent."""
    from ministack.services import ses  # noqa: PLC0415 - reads its settings from the environment when imported

    # Asking over HTTP would copy every mail ever sent, at each look.
    stores = ses._sent_emails.all_items()  # noqa: SLF001
    mails = (mail_of(record) for (*_, name), records in stores if name == "entries" for record in records)
    return sorted(mails, key=lambda mail: mail.sent_at)


def mail_of(record: dict[str, Any]) -> Mail:
    """Read one of MiniStack's records of a mail; one from a template carries the rendered texts beside the raw."""
    return Mail(
        id=record["MessageId"],
        sender=record["Source"],
        recipients=tuple(record["To"]),
        subject=record.get("RenderedSubject") or record.get("Subject") or "",
        text=record.get("RenderedBodyText") or record.get("BodyText") or "",
        html=record.get("RenderedBodyHtml") or record.get("BodyHtml") or "",
        sent_at=datetime.fromtimestamp(record["Timestamp"], UTC),
    )


class MailPages:
    """The ASGI application of `/mail`."""

    def __init__(self, mails: Callable[[], Sequence[Mail]] = kept_by_ses) -> None:
        self._mails = mails
        self._page = page("mail.html")

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        await self._answer(scope).send_to(send)

    def _answer(self, scope: Scope) -> Response:
        if scope["method"] not in {HTTPMethod.GET, HTTPMethod.HEAD}:
            return _json(
                {"error": "MethodNotAllowed", "message": "Mails are read only."}, HTTPStatus.METHOD_NOT_ALLOWED
            )
        if scope["path"] in {"/mail", "/mail/"}:
            return self._page
        if scope["path"] == "/mail/messages.json":
            return _json(listing(self._mails(), _query(scope)))
        return self._message(scope["path"])

    def _message(self, path: str) -> Response:
        asked = _MESSAGE.fullmatch(path)
        mail = self._find(unquote(asked["id"])) if asked else None
        if asked is None or mail is None:
            return _json({"error": "NotFound", "message": "There is no such mail."}, HTTPStatus.NOT_FOUND)
        return _json(reading(mail)) if asked["form"] == "json" else _document(mail)

    def _find(self, mail_id: str) -> Mail | None:
        return next((mail for mail in self._mails() if mail.id == mail_id), None)


def listing(mails: Iterable[Mail], query: str = "") -> Listing:
    """List the mails, given oldest first, whose recipient or subject contains `query`."""
    wanted = [mail for mail in mails if _matches(mail, query.casefold())]
    newest = wanted[: -MAX_LISTED - 1 : -1]
    return Listing(count=len(wanted), items=[summary(mail) for mail in newest])


def summary(mail: Mail) -> Summary:
    return Summary(mail.id, mail.sender, mail.recipients, mail.subject, mail.sent_at, excerpt(mail.text))


def reading(mail: Mail) -> Reading:
    return Reading(**msgspec.structs.asdict(summary(mail)), text=mail.text, has_html=bool(mail.html))


def excerpt(text: str) -> str:
    """Return the beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT_CHARS else f"{line[: EXCERPT_CHARS - 1].rstrip()}…"


def _matches(mail: Mail, query: str) -> bool:
    return any(query in words.casefold() for words in (mail.subject, *mail.recipients))


def _query(scope: Scope) -> str:
    fields = parse_qs(bytes(scope["query_string"]).decode())
    return fields.get("q", [""])[0]


def _json(content: object, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return response("application/json", msgspec.json.encode(content), _FRESH, status)


def _document(mail: Mail) -> Response:
    html = mail.html.replace("<head>", '<head><base target="_blank">', 1)
    return response("text/html; charset=utf-8", html.encode(), _SANDBOX)
