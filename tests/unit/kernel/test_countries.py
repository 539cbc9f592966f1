from __future__ import annotations

import re

import pytest

from tradewind.kernel.countries import _countries, check_address, find_country, write_address

CODES = sorted(_countries())


def fields_missed(country: str, postal_code: str = "", *, city: str = "City", region: str = "Region") -> list[str]:
    problems = check_address(country, street="1 Lane", city=city, region=region, postal_code=postal_code)
    return [problem.field for problem in problems]


@pytest.mark.parametrize(
    ("country", "code"), [("GB", "N1 9GU"), ("GB", "n1 9gu"), ("DE", "10115"), ("US", "94043-1351")]
)
def test_postal_code_of_the_country_passes(country: str, code: str) -> None:
    assert fields_missed(country, code) == []


@pytest.mark.parametrize(
    ("country", "code"),
    [("GB", "N1"), ("DE", "1011"), ("US", "SW1A 1AA"), ("DE", "\u0661\u0660\u0661\u0661\u0665"), ("GB", "")],
)
def test_postal_code_that_the_country_does_not_have_is_refused(country: str, code: str) -> None:
    assert fields_missed(country, code) == ["postalCode"]


@pytest.mark.parametrize("country", ["HK", "AE", "IE"])
def test_postal_code_is_not_required_where_there_is_none(country: str) -> None:
    assert fields_missed(country) == []


@pytest.mark.parametrize("country", ["US", "AE", "AU", "JP"])
def test_region_is_required_where_the_post_needs_it(country: str) -> None:
    rules = find_country(country)
    assert rules
    assert fields_missed(country, rules.example, region="") == ["region"]


@pytest.mark.parametrize("country", ["Atlantis", "\n\n", "ZZ", "XX", "UK", "gb", ""])
def test_what_is_no_country_is_refused(country: str) -> None:
    assert fields_missed(country) == ["country"]


def test_country_that_was_probably_meant_is_named() -> None:
    [problem] = check_address("UK", street="1 Lane", city="City", region="", postal_code="N1 9GU")
    assert problem.message == "must be a country's code in ISO 3166-1; did you mean GB?"


@pytest.mark.parametrize("code", CODES)
def test_example_of_every_country_fits_and_its_address_has_every_part(code: str) -> None:
    rules = find_country(code)
    assert rules is not None
    assert fields_missed(code, rules.example) == []
    assert not rules.postal_code or re.fullmatch(rules.postal_code, rules.example)
    parts = {"N": "Ada", "A": "1 Lane", "C": "City", "S": "Region", "Z": "Code"}
    lines = write_address(code, parts)
    assert lines[-1] == rules.name
    assert all(any(part in line for line in lines) for part in parts.values())


@pytest.mark.parametrize(
    ("country", "lines"),
    [
        ("GB", ["Ada", "1 Lane", "London", "N1 9GU", "United Kingdom"]),
        ("DE", ["Ada", "1 Lane", "N1 9GU London", "Germany"]),
        ("HK", ["Ada", "1 Lane", "London", "N1 9GU", "Hong Kong SAR China"]),
    ],
)
def test_address_is_written_in_the_order_of_its_country(country: str, lines: list[str]) -> None:
    assert write_address(country, {"N": "Ada", "A": "1 Lane", "C": "London", "Z": "N1 9GU"}) == lines
