"""The front door of the deployed shop: its pages, and what a browser may load from where."""

from __future__ import annotations

import re
from itertools import chain

import pytest
from tests.e2e.browserless import Answer, Visitor, until

PAGES = ("/", "/mail")
LOADED = re.compile(r"""(?:src|href|from|import|fetch\()\s*=?\s*["']([^"'#]+)""")
ELSEWHERE = re.compile(r"""(?:src|action|srcset|poster|data)=["'](?:https?:)?//[^"']*|url\(["']?(?:https?:)?//[^)]*""")
LINK = re.compile(r"""<a\s[^>]*href=["']([^"']+)""")
SVG_NAMESPACE = "http://www.w3.org/2000/svg"


def addresses(text: str) -> set[str]:
    return set(re.findall(r"""https?://[^\s"'<>`)]+""", text)) - {SVG_NAMESPACE}


def policy(answer: Answer) -> dict[str, list[str]]:
    """The content security policy by directive."""
    parts = [part.split() for part in answer.headers["content-security-policy"].split(";") if part.strip()]
    return {name: sources for name, *sources in parts}


@pytest.mark.parametrize("path", PAGES)
def test_page_may_load_only_from_here(visitor: Visitor, path: str) -> None:
    answer = visitor.page(path)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    allowed = policy(answer)
    assert allowed["default-src"] == ["'self'"]
    assert set(chain.from_iterable(allowed.values())) <= {"'self'", "'none'", "data:"}
    assert allowed["frame-ancestors"] == ["'none'"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "strict-origin-when-cross-origin"


@pytest.mark.parametrize("path", PAGES)
def test_page_and_its_files_name_no_address_but_this_machines(visitor: Visitor, path: str) -> None:
    page = visitor.page(path)
    files = {name: visitor.page(name) for name in re.findall(r'"(/pages/[\w.-]+)"', page.raw.decode())}
    assert {name: answer.status for name, answer in files.items()} == dict.fromkeys(files, 200)
    assert len(files) >= 2
    for answer in (page, *files.values()):
        text = answer.raw.decode()
        clicked = set(LINK.findall(text))
        strange = {
            url for url in addresses(text) - clicked if not re.match(r"https?://(localhost|127\.0\.0\.1)\b", url)
        }
        assert {url for url in strange if "example.com" not in url} == set()
        assert ELSEWHERE.findall(text) == []


def test_mail_loads_nothing_from_anywhere(visitor: Visitor, customer: Visitor) -> None:
    [welcome] = until(lambda: customer.mails(customer.user["email"]), bool)
    shown = visitor.page(f"/mail/messages/{welcome['id']}.html")
    assert shown.status == 200
    assert policy(shown)["default-src"] == ["'none'"]
    assert "sandbox" in policy(shown)
    assert ELSEWHERE.findall(shown.raw.decode()) == []
    assert LOADED.findall(re.sub(r"<a\s[^>]*>", "", shown.raw.decode())) == []


@pytest.mark.parametrize(
    "path", ["/nowhere", "/pages/nothing.js", "/pages/", "/mail/messages/none.json", "/v2/status", "/_ministack/health"]
)
def test_unknown_page_is_not_found(visitor: Visitor, path: str) -> None:
    answer = visitor.page(path)
    assert answer.error == (404, "NotFound")
    assert answer.headers["x-content-type-options"] == "nosniff"
