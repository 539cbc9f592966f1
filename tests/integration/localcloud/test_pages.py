"""The front door's pages as a browser gets them."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest
from httpx2 import Response
from tests.integration.localcloud.workbench import Workbench

from tradewind_tools.http_client import call
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.sdk import local_session
from tradewind_tools.localcloud.web.pages import FOLDER
from tradewind_tools.ministack.environment import REGION

PAGES = ("/", "/mail")
SENDER = "shop@tradewind.example"
HANDLER = "def handler(event, context):\n    return event\n"


def get(cloud: LocalCloud, path: str) -> Response:
    return call("GET", f"{cloud.front_door_url}{path}")


class References(HTMLParser):
    """Collects what a page loads, and what it should not hold: scripts and styles of its own."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.inline: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"script", "img", "link"}:
            self.loaded.append(given.get("src") or given.get("href") or "")
        self.inline.extend(name for name in given if name == "style" or name.startswith("on"))
        self.inline.extend([tag] if tag == "style" or (tag == "script" and "src" not in given) else [])


def imported_by(script: str) -> list[str]:
    return [f"/pages/{name}" for name in re.findall(r'from "\./([\w.]+)"', script)]


@pytest.mark.parametrize("path", PAGES)
def test_page_is_served_under_a_strict_policy(bare_cloud: LocalCloud, path: str) -> None:
    answer = get(bare_cloud, path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", PAGES)
def test_page_loads_only_what_the_front_door_has(bare_cloud: LocalCloud, path: str) -> None:
    waiting = References(get(bare_cloud, path).text).loaded
    seen: set[str] = set()
    while waiting:
        asked = waiting.pop()
        answer = get(bare_cloud, asked)
        assert (asked, answer.status_code) == (asked, 200)
        waiting.extend(found for found in imported_by(answer.text) if found not in seen)
        seen.add(asked)
    assert "/pages/style.css" in seen


@pytest.mark.parametrize("path", PAGES)
def test_page_has_no_script_or_style_of_its_own(bare_cloud: LocalCloud, path: str) -> None:
    assert References(get(bare_cloud, path).text).inline == []


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.[chjs]*")), ids=lambda file: file.name)
def test_file_names_no_other_host(file: Path) -> None:
    allowed = {"localhost", "127.0.0.1", "example.com", "www.w3.org"}
    hosts = set(re.findall(r"https?://([\w.-]+)", file.read_text()))
    assert hosts <= allowed


def test_every_file_in_the_folder_is_used(bare_cloud: LocalCloud) -> None:
    used = {"start.html", "mail.html", "__init__.py"}
    texts = [file.read_text() for file in FOLDER.iterdir() if file.is_file()]
    used |= {name for text in texts for name in re.findall(r'(?:/pages/|from "\./)([\w.]+)', text)}
    assert {file.name for file in FOLDER.iterdir() if file.is_file()} <= used
    assert get(bare_cloud, "/pages/__init__.py").status_code == 404


def test_unknown_page_is_not_found(bare_cloud: LocalCloud) -> None:
    answer = get(bare_cloud, "/pages/../server.py")
    assert (answer.status_code, answer.json()["error"]) == (404, "NotFound")


def test_start_page_learns_the_address_and_the_functions(bare_cloud: LocalCloud) -> None:
    Workbench(bare_cloud).function("told-on-the-page", HANDLER)
    told = get(bare_cloud, "/pages/cloud.json").json()
    assert (told["endpointUrl"], told["region"]) == (bare_cloud.endpoint_url, REGION)
    [function] = [one for one in told["functions"] if one["name"] == "told-on-the-page"]
    assert function == {
        "name": "told-on-the-page",
        "handler": "code.handler",
        "memoryMb": 128,
        "timeoutSeconds": 60,
    }


def test_more_functions_than_a_page_of_the_service_holds_are_told(bare_cloud: LocalCloud) -> None:
    bench = Workbench(bare_cloud)
    names = {f"many-{number:02}" for number in range(55)}
    for name in names:
        bench.function(name, HANDLER)
    told = get(bare_cloud, "/pages/cloud.json").json()["functions"]
    assert names <= {function["name"] for function in told}


def send_mail(cloud: LocalCloud, subject: str, html: str) -> str:
    session = local_session()
    ses = session.client("ses", endpoint_url=cloud.endpoint_url)
    ses.verify_email_identity(EmailAddress=SENDER)
    sent = ses.send_email(
        Source=SENDER,
        Destination={"ToAddresses": ["ada@example.com"]},
        Message={"Subject": {"Data": subject}, "Body": {"Text": {"Data": "Dear Ada"}, "Html": {"Data": html}}},
    )
    return sent["MessageId"]


def test_sent_mail_is_listed_and_read(bare_cloud: LocalCloud) -> None:
    message_id = send_mail(bare_cloud, "Your first order", "<h1>Thank you</h1>")
    [listed] = get(bare_cloud, "/mail/messages.json?q=your%20first").json()["items"]
    assert (listed["id"], listed["subject"], listed["to"]) == (message_id, "Your first order", ["ada@example.com"])
    read = get(bare_cloud, f"/mail/messages/{quote(message_id)}.json").json()
    assert (read["text"], read["hasHtml"]) == ("Dear Ada", True)


def test_mails_are_listed_newest_first(bare_cloud: LocalCloud) -> None:
    for number in (1, 2):
        send_mail(bare_cloud, f"In order {number}", "")
        time.sleep(0.002)
    listed = get(bare_cloud, "/mail/messages.json?q=in%20order").json()
    assert [mail["subject"] for mail in listed["items"]] == ["In order 2", "In order 1"]


def test_html_of_a_mail_may_be_framed_and_runs_nothing(bare_cloud: LocalCloud) -> None:
    message_id = send_mail(bare_cloud, "With a script", "<script>alert(1)</script>")
    answer = get(bare_cloud, f"/mail/messages/{quote(message_id)}.html")
    assert answer.text == "<script>alert(1)</script>"
    assert answer.headers["content-security-policy"].startswith("sandbox allow-popups")
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
