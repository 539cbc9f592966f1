from __future__ import annotations

from tradewind_tools.exports import country_rules


def test_table_is_what_the_packages_say() -> None:
    assert country_rules.TABLE.read_text(encoding="utf-8") == country_rules.text()


def test_every_code_is_one_of_iso_3166_or_kosovos() -> None:
    codes = set(country_rules.codes())
    assert len(codes) == 250
    assert {"GB", "HK", "AE", "XK"} <= codes
    assert {"ZZ", "UK", "AC", "TA"}.isdisjoint(codes)
