from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tradewind_tools.localcloud.mail import EXCERPT_CHARS, MAX_LISTED, Mail, MailPages, excerpt, listing, mail_of
from tradewind_tools.ministack.asgi import Response, exchange, get

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def mail(number: int = 1, to: str = "ada@example.com", html: str = "<p>Hello</p>", text: str = "Hello") -> Mail:
    sent_at = NOON + timedelta(minutes=number)
    return Mail(f"{number}@email.amazonses.com", "shop@example.com", (to,), f"Order {number}", text, html, sent_at)


def ask(mails: Sequence[Mail], path: str, query: str = "") -> Response:
    return asyncio.run(exchange(MailPages(lambda: mails), get(path, query)))


def body(response: Response) -> Any:  # noqa: ANN401 - JSON is what it is
    return json.loads(response.body)


def header(response: Response, name: bytes) -> bytes:
    return dict(response.headers)[name]


def test_page_is_html() -> None:
    response = ask([], "/mail")
    assert header(response, b"content-type") == b"text/html; charset=utf-8"
    assert b"<!doctype html>" in response.body


def test_list_is_newest_first() -> None:
    listed = body(ask([mail(1), mail(2)], "/mail/messages.json"))
    assert listed["count"] == 2
    assert [item["subject"] for item in listed["items"]] == ["Order 2", "Order 1"]


def test_list_gives_what_the_page_shows() -> None:
    [item] = body(ask([mail(5)], "/mail/messages.json"))["items"]
    assert item == {
        "id": "5@email.amazonses.com",
        "from": "shop@example.com",
        "to": ["ada@example.com"],
        "subject": "Order 5",
        "sentAt": "2026-03-01T12:05:00Z",
        "excerpt": "Hello",
    }


def test_list_is_bounded_and_tells_the_whole_number() -> None:
    listed = listing([mail(number) for number in range(MAX_LISTED + 7)])
    assert (listed.count, len(listed.items)) == (MAX_LISTED + 7, MAX_LISTED)
    assert listed.items[0].subject == f"Order {MAX_LISTED + 6}"


@pytest.mark.parametrize(("query", "found"), [("q=GRACE", 1), ("q=order%202", 1), ("q=nobody", 0), ("", 2)])
def test_list_is_searched_by_recipient_and_subject(query: str, found: int) -> None:
    mails = [mail(1, to="grace@example.com"), mail(2)]
    assert body(ask(mails, "/mail/messages.json", query))["count"] == found


def test_mail_is_read_as_text() -> None:
    read = body(ask([mail(1, text="Hello\nAda")], "/mail/messages/1%40email.amazonses.com.json"))
    assert (read["text"], read["hasHtml"], read["subject"]) == ("Hello\nAda", True, "Order 1")


def test_html_is_served_where_no_script_can_run() -> None:
    response = ask([mail(1, html="<script>alert(1)</script>")], "/mail/messages/1@email.amazonses.com.html")
    assert response.body == b"<script>alert(1)</script>"
    policy = header(response, b"content-security-policy").split(b"; ")
    assert b"sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert b"default-src 'none'" in policy


def test_a_link_of_a_mail_opens_outside_its_frame() -> None:
    html = '<html><head><title>Hello</title></head><a href="https://shop.example">Shop</a></html>'
    response = ask([mail(1, html=html)], "/mail/messages/1@email.amazonses.com.html")
    assert response.body == html.replace("<head>", '<head><base target="_blank">').encode()


@pytest.mark.parametrize("path", ["/mail/messages/7@email.amazonses.com.json", "/mail/other", "/mail/messages/x.exe"])
def test_unknown_mail_is_not_found(path: str) -> None:
    assert ask([mail(1)], path).status == 404


def test_mails_are_read_only() -> None:
    scope = {**get("/mail"), "method": "DELETE"}
    assert asyncio.run(exchange(MailPages(list), scope)).status == 405


def test_rendered_template_wins_over_its_raw_text() -> None:
    record: dict[str, Any] = {
        "MessageId": "1",
        "Source": "shop@example.com",
        "To": ["ada@example.com"],
        "Subject": "{{subject}}",
        "RenderedSubject": "Your order",
        "BodyText": None,
        "BodyHtml": "<p>",
        "Timestamp": NOON.timestamp(),
    }
    read = mail_of(record)
    assert (read.subject, read.text, read.html, read.sent_at) == ("Your order", "", "<p>", NOON)


def test_excerpt_is_one_short_line() -> None:
    assert excerpt("Dear Ada,\n\n  thank you") == "Dear Ada, thank you"
    assert len(excerpt("word " * 100)) <= EXCERPT_CHARS
