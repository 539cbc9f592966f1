"""The countries of ISO 3166-1 and what their post needs of an address; `./dev export countries` makes the table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import msgspec

from tradewind.kernel.errors import Detail

_MISTAKEN = {"UK": "GB", "EL": "GR"}
_FIELDS = {"A": "street", "C": "city", "S": "region", "Z": "postalCode"}
_PART = re.compile(r"%([A-Z])")


class Country(msgspec.Struct, frozen=True, rename="camel"):
    """`format` and `required` name parts by Google's letters: N name, A street, C city, S region, Z postal code.

    `postal_code` is a regular expression, `example` a code that it matches; both are empty where there are none.
    """

    name: str
    format: str
    required: str
    postal_code: str
    example: str


def load_countries() -> None:
    """Read the table, and let msgspec read the fields of a country: what the first address would do."""
    _countries()
    msgspec.json.Decoder(Country)


def find_country(code: str) -> Country | None:
    rules = _countries().get(code)
    return None if rules is None else msgspec.json.decode(rules, type=Country)


def check_address(country: str, *, street: str, city: str, region: str, postal_code: str) -> Iterator[Detail]:
    """What the post of the country would miss, by the names that fields have in requests."""
    rules = find_country(country)
    if rules is None:
        meant = _MISTAKEN.get(country)
        hint = f"; did you mean {meant}?" if meant else ", such as GB"
        yield Detail("country", f"must be a country's code in ISO 3166-1{hint}")
        return
    given = {"A": street, "C": city, "S": region, "Z": postal_code}
    for letter, field in _FIELDS.items():
        if letter in rules.required and not given[letter]:
            example = f", such as {rules.example}" if letter == "Z" and rules.example else ""
            yield Detail(field, f"is required in {rules.name}{example}")
    if postal_code and rules.postal_code and not re.fullmatch(rules.postal_code, postal_code.upper(), re.ASCII):
        yield Detail("postalCode", f"must be a postal code of {rules.name}, such as {rules.example}")


def write_address(country: str, parts: dict[str, str]) -> list[str]:
    """The lines of an address in the order of its country, whose English name comes last.

    `parts` by Google's letters; one that the country's format has no place for follows the city.
    """
    rules = find_country(country)
    if rules is None:
        return [*filter(None, (parts.get(letter, "") for letter in "NASCZ")), country]
    layout = rules.format
    for letter in "SZ":
        if f"%{letter}" not in layout:
            layout = layout.replace("%C", f"%C%n%{letter}") if "%C" in layout else f"{layout}%n%{letter}"
    if "%C" not in layout:
        layout = layout.replace("%A", "%A%n%C")
    lines = (_PART.sub(lambda found: parts.get(found[1], ""), line) for line in layout.split("%n"))
    lines = (part for line in lines for part in line.split("\n"))
    tidy = (" ".join(line.replace(",  ", ", ").strip(" ,-/").split()) for line in lines)
    return [*filter(None, tidy), rules.name]


@cache
def _countries() -> dict[str, msgspec.Raw]:
    """The rules of each, still in JSON: an order has one country. `pathlib` would take longer than reading them."""
    with open(__file__.rpartition("countries.")[0] + "countries.json", "rb") as table:  # noqa: PTH123 - as above
        return msgspec.json.decode(table.read(), type=dict[str, msgspec.Raw])
