from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tradewind_tools.localcloud.web.mail import (
    EXCERPT_CHARS,
    MAX_LISTED,
    SentMail,
    excerpt,
    list_newest,
    parse_mail,
    routes,
)

if TYPE_CHECKING:
    from httpx2 import Response

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def mail(number: int = 1, to: str = "ada@example.com", html: str = "<p>Hello</p>", text: str = "Hello") -> SentMail:
    sent_at = NOON + timedelta(minutes=number)
    return SentMail(f"{number}@email.amazonses.com", "shop@example.com", (to,), f"Order {number}", text, html, sent_at)


def ask(mails: Sequence[SentMail], path: str) -> Response:
    return TestClient(Starlette(routes=routes(lambda: mails))).get(path)


def test_list_is_newest_first() -> None:
    listed = ask([mail(1), mail(2)], "/mail/messages.json").json()
    assert listed["count"] == 2
    assert [item["subject"] for item in listed["items"]] == ["Order 2", "Order 1"]


def test_list_gives_what_the_page_shows() -> None:
    [item] = ask([mail(5)], "/mail/messages.json").json()["items"]
    assert item == {
        "id": "5@email.amazonses.com",
        "from": "shop@example.com",
        "to": ["ada@example.com"],
        "subject": "Order 5",
        "sentAt": "2026-03-01T12:05:00Z",
        "excerpt": "Hello",
    }


def test_list_is_bounded_and_tells_the_whole_number() -> None:
    listed = list_newest([mail(number) for number in range(MAX_LISTED + 7)])
    assert (listed.count, len(listed.items)) == (MAX_LISTED + 7, MAX_LISTED)
    assert listed.items[0].subject == f"Order {MAX_LISTED + 6}"


@pytest.mark.parametrize(("query", "found"), [("q=GRACE", 1), ("q=order%202", 1), ("q=nobody", 0), ("", 2)])
def test_list_is_searched_by_recipient_and_subject(query: str, found: int) -> None:
    mails = [mail(1, to="grace@example.com"), mail(2)]
    assert ask(mails, f"/mail/messages.json?{query}").json()["count"] == found


def test_mail_is_read_as_text() -> None:
    read = ask([mail(1, text="Hello\nAda")], "/mail/messages/1%40email.amazonses.com.json").json()
    assert (read["text"], read["hasHtml"], read["subject"]) == ("Hello\nAda", True, "Order 1")


def test_html_is_served_where_no_script_can_run() -> None:
    response = ask([mail(1, html="<script>alert(1)</script>")], "/mail/messages/1@email.amazonses.com.html")
    assert response.text == "<script>alert(1)</script>"
    policy = response.headers["content-security-policy"].split("; ")
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert "default-src 'none'" in policy


def test_a_link_of_a_mail_opens_outside_its_frame() -> None:
    html = '<html><head><title>Hello</title></head><a href="https://shop.example">Shop</a></html>'
    response = ask([mail(1, html=html)], "/mail/messages/1@email.amazonses.com.html")
    assert response.text == html.replace("<head>", '<head><base target="_blank">')


@pytest.mark.parametrize("path", ["/mail/messages/7@email.amazonses.com.json", "/mail/other", "/mail/messages/x.exe"])
def test_unknown_mail_is_not_found(path: str) -> None:
    assert ask([mail(1)], path).status_code == 404


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
    read = parse_mail(record)
    assert (read.subject, read.text, read.html, read.sent_at) == ("Your order", "", "<p>", NOON)


def test_excerpt_is_one_short_line() -> None:
    assert excerpt("Dear Ada,\n\n  thank you") == "Dear Ada, thank you"
    assert len(excerpt("word " * 100)) <= EXCERPT_CHARS
