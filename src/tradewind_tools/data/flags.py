"""Yes and no as spreadsheets and people write them, in the languages that shops export in."""

from __future__ import annotations

from typing import Final

_BY_LANGUAGE = (
    ("1 1.0 true t yes y on published active", "0 0.0 false f no n off unpublished inactive draft archived"),
    ("wahr ja", "falsch nein"),
    ("vrai oui", "faux non"),
    ("verdadero si sí", "falso no"),
    ("verdadeiro sim", "falso não nao"),
    ("vero sì", "falso no"),
    ("waar ja", "onwaar nee"),
    ("sant ja", "falskt nej"),
    ("sand ja", "falsk nej"),
    ("sann ja", "usann nei"),
    ("tosi kyllä", "epätosi ei"),
    ("prawda tak", "fałsz nie"),
    ("pravda ano áno", "nepravda ne nie"),
    ("igaz igen", "hamis nem"),
    ("adevărat da", "fals nu"),
    ("doğru evet", "yanl\u0131ş yanliş hay\u0131r hayir"),
    ("истина да так", "ложь нет ні"),
    ("真 是 はい 예 참", "假 偽 否 いいえ 아니요 거짓"),
)
_YES: Final = frozenset(word for yes, _ in _BY_LANGUAGE for word in yes.split())
_NO: Final = frozenset(word for _, no in _BY_LANGUAGE for word in no.split())


def read_flag(text: str) -> bool | None:
    """Return whether the text says yes; None when it says neither yes nor no."""
    word = text.strip().casefold()
    if word in _NO:
        return False
    return True if word in _YES else None
