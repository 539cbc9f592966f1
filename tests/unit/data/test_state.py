from __future__ import annotations

from pathlib import Path

import pytest

from tradewind_tools.data.errors import UnknownShopError
from tradewind_tools.data.messages import Credentials
from tradewind_tools.data.state import credentials, shop_url
from tradewind_tools.localcloud.state import StateFolder


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    return StateFolder(tmp_path / "state")


def test_what_was_said_goes_before_what_runs_here(folder: StateFolder) -> None:
    assert shop_url("https://shop.example", folder) == "https://shop.example"


@pytest.mark.parametrize("end", ["/v1", "/v1/"])
def test_the_address_that_a_deployment_prints_is_the_shops(folder: StateFolder, end: str) -> None:
    assert shop_url(f"https://api.example.com{end}", folder) == "https://api.example.com"


def test_the_shop_that_runs_here_is_the_default(folder: StateFolder) -> None:
    with folder.hold_lock():
        folder.record(pid=1, cloud_port=4566, front_door_port=8099)
        assert shop_url(None, folder) == "http://localhost:8099"


def test_no_shop_at_all_is_told_in_one_line(folder: StateFolder) -> None:
    with pytest.raises(UnknownShopError, match=r"no shop runs here: start one with \./dev up, or say --url"):
        shop_url(None, folder)


def test_the_stored_login_is_the_default(folder: StateFolder) -> None:
    folder.path.mkdir()
    stored = folder.admin_login()
    assert credentials(None, None, folder) == Credentials(email=stored.email, password=stored.password)
    assert credentials("ada@shop.example", None, folder).email == "ada@shop.example"
    assert credentials("a@b.example", "secret", folder) == Credentials(email="a@b.example", password="secret")


def test_no_login_at_all_is_told_in_one_line(folder: StateFolder) -> None:
    with pytest.raises(UnknownShopError, match="say --email and --password"):
        credentials("ada@shop.example", None, folder)
