"""The pages as a real browser builds them; skipped where none is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.e2e.browserless import Visitor, until

from tradewind_tools.localcloud.cloud import LocalCloud

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PAGE_BUDGET_MILLISECONDS = 4_000
TIMEOUT_SECONDS = 60

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


class Browser:
    """Opens an address of the front door, lets its scripts run, and gives the page as it stands then."""

    def __init__(self, front_door_url: str, profile: Path) -> None:
        self._url = front_door_url
        self._profile = profile

    def open(self, path: str) -> str:
        command = [
            str(CHROMIUM),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            f"--user-data-dir={self._profile}",
            f"--virtual-time-budget={PAGE_BUDGET_MILLISECONDS}",
            "--dump-dom",
            f"{self._url}{path}",
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=True)
        return done.stdout


@pytest.fixture
def browser(cloud: LocalCloud, tmp_path: Path) -> Browser:
    return Browser(cloud.front_door_url, tmp_path)


def shown(page: str, element_id: str) -> str:
    found = re.search(rf'id="{element_id}"[^>]*>([^<]*)<', page)
    assert found is not None, element_id
    return found[1]


def test_start_page_renders_every_operation(browser: Browser, visitor: Visitor) -> None:
    paths = visitor.get("/openapi.json").ok()["paths"]
    operations = {f"operation-{one['operationId']}" for path in paths.values() for one in path.values()}
    assert set(re.findall(r'id="(operation-[\w.-]+)"', browser.open("/"))) == operations


def test_start_page_shows_what_runs(browser: Browser, cloud: LocalCloud) -> None:
    page = browser.open("/")
    assert shown(page, "status") == "The API answers: ok"
    assert int(shown(page, "product-count").rstrip("+")) > 0
    assert int(shown(page, "function-count")) > 0
    assert cloud.endpoint_url in page


def test_commands_of_the_start_page_name_this_shop(browser: Browser, cloud: LocalCloud, visitor: Visitor) -> None:
    page = browser.open("/")
    assert f">{cloud.front_door_url}</span>/v1/products" in page
    [product_id] = re.findall(r'data-product-id="">([^<]*)<', page)
    assert visitor.get(f"/products/{product_id}").ok()["stock"] > 0


def test_mail_page_shows_a_mail_in_a_frame_without_scripts(browser: Browser, customer: Visitor) -> None:
    email = str(customer.user["email"])
    found = until(lambda: customer.mails(email), bool)
    page = browser.open(f"/mail#{found[0]['id']}")
    assert f"<dd>{email}</dd>" in page
    [frame] = re.findall(r"<iframe[^>]*>", page)
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in frame


def test_the_link_of_the_welcome_verifies_where_it_leads(browser: Browser, customer: Visitor) -> None:
    link = customer.verification_link()
    assert customer.get("/auth/me").ok()["emailVerified"] is False
    assert shown(browser.open(link), "verification") == "Thank you: your address is verified."
    assert customer.get("/auth/me").ok()["emailVerified"] is True
    assert shown(browser.open(link[:-1]), "verification") == (
        "This link is not valid. Please copy all of it from our email."
    )
