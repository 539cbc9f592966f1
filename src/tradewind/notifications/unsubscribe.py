"""Turning reminders off by the link in each of them, with one click (RFC 8058) or on a page.

https://www.rfc-editor.org/rfc/rfc8058
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from tradewind.aws.table import TableBusy
from tradewind.edge.http import Empty, Request, Response, endpoint
from tradewind.edge.messages import RequestMessage
from tradewind.kernel.text import END
from tradewind.notifications import unsubscribe_links, writes
from tradewind.notifications.errors import InvalidUnsubscribeLink, NotOneClick
from tradewind.shop import Shop

_HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
}
_PAGE = """<!doctype html>
<html lang="en-GB">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<body style="margin:0 auto; max-width:34em; padding:3em 1.25em; font:1rem/1.5 system-ui, sans-serif">
<h1>{title}</h1>
{content}
</body>
</html>
"""
_QUESTION = """<p>We would send you no more emails about a cart that you left or an address that is not confirmed.
Emails about your orders and your account still come.</p>
<form method="post"><button name="List-Unsubscribe" value="One-Click">Turn reminders off</button></form>"""
_CONFIRMATION = """<p>We will send you no more of them. Emails about your orders and your account still come.
You can turn reminders on again in your account.</p>"""


class UnsubscribePath(RequestMessage, frozen=True):
    token: Annotated[
        str,
        Meta(max_length=100, pattern=f"^[A-Za-z0-9._-]+{END}", description="what the link in the email ends with"),
    ]


@endpoint(params=UnsubscribePath, errors=(InvalidUnsubscribeLink,), media_type="text/html", connects_to=())
def show_unsubscribe_page(request: Request[Empty, UnsubscribePath], shop: Shop) -> Response:
    """Show the page that turns reminders off.

    It changes nothing by itself: programs that look for harmful mails follow every link.
    """
    request.log.user_id = unsubscribe_links.read_user_id(request.params.token, shop)
    return _page("Turn reminders off?", _QUESTION)


@endpoint(params=UnsubscribePath, errors=(InvalidUnsubscribeLink, NotOneClick, TableBusy), media_type="text/html")
def unsubscribe(request: Request[Empty, UnsubscribePath], shop: Shop) -> Response:
    """Turn reminders off.

    The body is a form with `List-Unsubscribe=One-Click`, as mail programs send it by themselves (RFC 8058): without
    signing in, without cookies. Repeating it changes nothing.
    """
    user_id = unsubscribe_links.read_user_id(request.params.token, shop)
    request.log.user_id = user_id
    if not _is_one_click(request.raw_body):
        raise NotOneClick("Send the form List-Unsubscribe=One-Click.")
    shop.table.write(writes.turn_reminders_off(user_id))
    return _page("Reminders are off", _CONFIRMATION)


def _is_one_click(form: str) -> bool:
    """Whether it is the form of RFC 8058, 3.2, in either of the encodings that it allows."""
    if form.startswith("--"):
        return 'name="List-Unsubscribe"' in form and "One-Click" in form.split()
    return "List-Unsubscribe=One-Click" in form.strip().split("&")


def _page(title: str, content: str) -> Response:
    return Response(200, _PAGE.format(title=title, content=content).encode(), _HEADERS)
