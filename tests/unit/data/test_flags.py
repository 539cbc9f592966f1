from __future__ import annotations

import pytest

from tradewind_tools.data.flags import read_flag


@pytest.mark.parametrize("text", ["TRUE", "true", "Yes", "1", "WAHR", "VRAI", "Ja", "verdadero", " ИСТИНА "])
def test_yes_is_read_in_any_language(text: str) -> None:
    assert read_flag(text) is True


@pytest.mark.parametrize(
    "text",
    ["FALSE", "FALSCH", "FAUX", "0", "0.0", "no", "Nein", "FALSO", "FAŁSZ", "HAMIS", "YANLIŞ", "yanl\u0131ş", "нет"],
)
def test_no_is_read_in_any_language(text: str) -> None:
    assert read_flag(text) is False


@pytest.mark.parametrize("text", ["", "perhaps", "2", "online store"])
def test_what_is_neither_yes_nor_no_is_neither(text: str) -> None:
    assert read_flag(text) is None
