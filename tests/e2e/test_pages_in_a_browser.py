"""The pages as a real browser builds them; skipped where none is installed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from tests.browser import Browser, needs_browser
from tests.e2e.browserless import Visitor, until

from tradewind_tools.localcloud.cloud import LocalCloud

Opener: TypeAlias = Callable[[str], str]

pytestmark = needs_browser


@pytest.fixture
def open_page(cloud: LocalCloud, tmp_path: Path) -> Opener:
    """Opens a path of the front door in a browser of this test's own."""
    browser = Browser(tmp_path)
    return lambda path: browser.open(f"{cloud.front_door_url}{path}")


def shown(page: str, element_id: str) -> str:
    found = re.search(rf'id="{element_id}"[^>]*>([^<]*)<', page)
    assert found is not None, element_id
    return found[1]


def test_start_page_renders_every_operation(open_page: Opener, visitor: Visitor) -> None:
    paths = visitor.get("/openapi.json").ok()["paths"]
    operations = {f"operation-{one['operationId']}" for path in paths.values() for one in path.values()}
    assert set(re.findall(r'id="(operation-[\w.-]+)"', open_page("/"))) == operations


def test_start_page_shows_what_runs(open_page: Opener, cloud: LocalCloud) -> None:
    page = open_page("/")
    assert shown(page, "status") == "The API answers: ok"
    assert int(shown(page, "product-count").rstrip("+")) > 0
    assert int(shown(page, "function-count")) > 0
    assert cloud.endpoint_url in page


def test_commands_of_the_start_page_name_this_shop(open_page: Opener, cloud: LocalCloud, visitor: Visitor) -> None:
    page = open_page("/")
    assert f">{cloud.front_door_url}</span>/v1/products" in page
    [product_id] = re.findall(r'data-product-id="">([^<]*)<', page)
    assert visitor.get(f"/products/{product_id}").ok()["stock"] > 0


def test_mail_page_shows_a_mail_in_a_frame_without_scripts(open_page: Opener, customer: Visitor) -> None:
    email = str(customer.user["email"])
    found = until(lambda: customer.mails(email), bool)
    page = open_page(f"/mail#{found[0]['id']}")
    assert f"<dd>{email}</dd>" in page
    [frame] = re.findall(r"<iframe[^>]*>", page)
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in frame


def test_the_link_to_a_new_password_asks_for_it(open_page: Opener, visitor: Visitor, customer: Visitor) -> None:
    visitor.post("/auth/forgot-password", {"email": customer.user["email"]}).ok()
    assert '<form id="reset" hidden' in open_page("/")
    assert '<form id="reset">' in open_page(customer.mailed_link("reset"))


def test_the_link_of_the_welcome_verifies_where_it_leads(open_page: Opener, customer: Visitor) -> None:
    link = customer.verification_link()
    assert customer.get("/auth/me").ok()["emailVerified"] is False
    assert shown(open_page(link), "verification") == "Thank you: your address is verified."
    assert customer.get("/auth/me").ok()["emailVerified"] is True
    assert shown(open_page(link[:-1]), "verification") == (
        "This link is not valid. Please copy all of it from our email."
    )
