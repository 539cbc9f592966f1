"""The template that the local cloud deploys."""

from __future__ import annotations

from tradewind_tools.localcloud.shop import shop_template
from tradewind_tools.localcloud.wide_limits import WIDE_LIMITS

FRONT_DOOR = "http://localhost:8000"


def test_settings_of_one_deployment_are_not_those_of_the_next() -> None:
    wide = shop_template(FRONT_DOOR, "a", WIDE_LIMITS)["Parameters"]
    narrow = shop_template(FRONT_DOOR, "a")["Parameters"]
    assert {name: wide[name]["Default"] for name in WIDE_LIMITS} == WIDE_LIMITS
    assert narrow["AddressAttemptsLimit"]["Default"] == "30"
