from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tradewind.edge.postal_address import PostalAddress
from tradewind.edge.validation import violations

LONDON = {"street": "12 St James's Square", "city": "London", "postalCode": "SW1Y 4JH", "country": "GB"}


def wrong_fields(**changes: object) -> set[str]:
    return {detail.field for detail in violations(PostalAddress, LONDON | changes)}


def test_address_with_what_its_country_needs_is_good() -> None:
    assert msgspec.convert(LONDON, PostalAddress).postal_code == "SW1Y 4JH"
    assert msgspec.convert({"street": "1 Queen's Road", "country": "HK", "region": "Kowloon"}, PostalAddress).city == ""


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"postalCode": "12345"}, {"postalCode"}),
        ({"postalCode": "", "city": ""}, {"postalCode", "city"}),
        ({"country": "UK"}, {"country"}),
        ({"country": "gb"}, {"country"}),
        ({"country": "US"}, {"region", "postalCode"}),
        ({"street": ""}, {"street"}),
        ({"name": "two\nlines", "phone": "see www.example.com"}, {"name", "phone"}),
        ({"planet": "Mars"}, {"planet"}),
    ],
)
def test_every_wrong_field_is_named(changes: dict[str, Any], wrong: set[str]) -> None:
    assert wrong_fields(**changes) == wrong
