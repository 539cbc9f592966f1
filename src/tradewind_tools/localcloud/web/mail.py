"""The mails that were sent, for the browser: `/mail` is the page, `/mail/messages.json` its list, newest first.

A mail's HTML is a stranger here: it is served sandboxed, without scripts and without requests of its own. Its links
open in a tab of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tradewind_tools.localcloud.web.pages import page
from tradewind_tools.localcloud.web.responses import NEVER_STORED, fresh_json, refuse

MAX_LISTED: Final = 100
EXCERPT_CHARS: Final = 140

_SANDBOX: Final = {
    "content-security-policy": (
        "sandbox allow-popups allow-popups-to-escape-sandbox; "
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    ),
    "x-frame-options": "SAMEORIGIN",
    **NEVER_STORED,
}


class SentMail(msgspec.Struct, frozen=True):
    """A mail as the mail service kept it; `html` is empty when it was sent as text alone."""

    id: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    html: str
    sent_at: datetime


class MailSummary(msgspec.Struct, frozen=True, rename="camel"):
    """A mail in the list."""

    id: str
    sender: str = msgspec.field(name="from")
    recipients: tuple[str, ...] = msgspec.field(name="to")
    subject: str
    sent_at: datetime
    excerpt: str


class OpenedMail(MailSummary, frozen=True, rename="camel"):
    """A mail opened."""

    text: str
    has_html: bool


class MailList(msgspec.Struct, frozen=True, rename="camel"):
    """The newest mails that match, and how many there are of them in all."""

    count: int
    items: list[MailSummary]


def read_sent_mails() -> list[SentMail]:
    """Read the mails that the local cloud's SES has sent, the oldest first."""
    from ministack.services import ses  # noqa: PLC0415 - reads its settings from the environment when imported

    # Asking over HTTP would copy every mail ever sent, at each look.
    stores = ses._sent_emails.all_items()  # noqa: SLF001
    mails = (parse_mail(record) for (*_, name), records in stores if name == "entries" for record in records)
    return sorted(mails, key=lambda mail: mail.sent_at)


def parse_mail(record: dict[str, Any]) -> SentMail:
    """Read one of MiniStack's records of a mail; one from a template carries the rendered texts beside the raw."""
    return SentMail(
        id=record["MessageId"],
        sender=record["Source"],
        recipients=tuple(record["To"]),
        subject=record.get("RenderedSubject") or record.get("Subject") or "",
        text=record.get("RenderedBodyText") or record.get("BodyText") or "",
        html=record.get("RenderedBodyHtml") or record.get("BodyHtml") or "",
        sent_at=datetime.fromtimestamp(record["Timestamp"], UTC),
    )


def routes(read_mails: Callable[[], Sequence[SentMail]] = read_sent_mails) -> list[Route]:
    """`read_mails` gives the mails, the oldest first."""
    pages = MailPages(read_mails)
    return [
        Route("/mail", pages.show_page),
        Route("/mail/messages.json", pages.list_mails),
        Route("/mail/messages/{id}.json", pages.read_mail),
        Route("/mail/messages/{id}.html", pages.show_html),
    ]


class MailPages:
    """What the routes of `/mail` answer."""

    def __init__(self, read_mails: Callable[[], Sequence[SentMail]]) -> None:
        self._read_mails = read_mails

    async def show_page(self, _request: Request) -> Response:
        return page("mail.html")

    async def list_mails(self, request: Request) -> Response:
        return fresh_json(list_newest(self._read_mails(), request.query_params.get("q", "")))

    async def read_mail(self, request: Request) -> Response:
        mail = self._find(request)
        return fresh_json(open_mail(mail)) if mail else _no_such_mail()

    async def show_html(self, request: Request) -> Response:
        mail = self._find(request)
        return _document(mail) if mail else _no_such_mail()

    def _find(self, request: Request) -> SentMail | None:
        mail_id = request.path_params["id"]
        return next((mail for mail in self._read_mails() if mail.id == mail_id), None)


def list_newest(mails: Iterable[SentMail], query: str = "") -> MailList:
    """List the mails, given oldest first, whose recipient or subject contains `query`."""
    wanted = [mail for mail in mails if _matches(mail, query.casefold())]
    newest = wanted[: -MAX_LISTED - 1 : -1]
    return MailList(count=len(wanted), items=[summarise(mail) for mail in newest])


def summarise(mail: SentMail) -> MailSummary:
    return MailSummary(mail.id, mail.sender, mail.recipients, mail.subject, mail.sent_at, excerpt(mail.text))


def open_mail(mail: SentMail) -> OpenedMail:
    return OpenedMail(**msgspec.structs.asdict(summarise(mail)), text=mail.text, has_html=bool(mail.html))


def excerpt(text: str) -> str:
    """Return the beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT_CHARS else f"{line[: EXCERPT_CHARS - 1].rstrip()}…"


def _matches(mail: SentMail, query: str) -> bool:
    return any(query in words.casefold() for words in (mail.subject, *mail.recipients))


def _no_such_mail() -> Response:
    return refuse(404, "NotFound", "There is no such mail.")


def _document(mail: SentMail) -> Response:
    html = mail.html.replace("<head>", '<head><base target="_blank">', 1)
    return HTMLResponse(html, headers=_SANDBOX)
