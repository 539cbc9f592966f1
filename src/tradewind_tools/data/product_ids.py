"""Ids of products that the shop accepts, made from handles and stock codes.

An id is decided by the spelling of what it names, and by nothing else that stands in a file. It is readable where the
spelling can be read back from it: plain words, joined by `-` (`deck-shirt`). Every other spelling ends in `--` and a
digest of itself (`tasse_1` is `tasse-1--` and ten digits), which no plain one has. So two spellings never share an id,
and what a file says beside it, or in which order, changes none.

No id has a dot, and none more than 60 characters: `<productId>.<n>` are the variants of a product.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata

ID_LENGTH = 60
DIGEST_MARK = "--"
_DIGEST_LENGTH = 10
_NAMELESS = "item"
_PLAIN_HANDLE = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
_PLAIN_CODE = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")
_NOT_ALLOWED = re.compile(r"[^A-Za-z0-9]+")
_FRACTION_SLASH = {0x2044: "-"}
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"}
)


def product_id(handle: str) -> str:
    """Return the id of the product with this handle.

    Spellings that differ in anything, be it case or a sign, have different ids; the same text composed and decomposed
    (Unicode's NFC and NFD) is one spelling.
    """
    spelt = unicodedata.normalize("NFC", handle)
    return _spell(spelt, is_plain=_PLAIN_HANDLE.fullmatch(spelt) is not None)


def stock_code_id(code: str) -> str:
    """Return the id of a stock code. Spellings that differ in case are one code, any other two.

    Raises ValueError when the code names nothing.
    """
    spelt = unicodedata.normalize("NFC", code.upper())
    if not any(character.isalnum() for character in spelt):
        raise ValueError(f"'{code}' names nothing")
    return _spell(spelt, is_plain=_PLAIN_CODE.fullmatch(spelt) is not None)


def slug(text: str) -> str:
    """Return the ASCII letters and digits of a text, with `-` for everything between; for people to recognise it."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS)).translate(_FRACTION_SLASH)
    return _NOT_ALLOWED.sub("-", decomposed.encode("ascii", "ignore").decode("ascii")).strip("-")


def _spell(spelt: str, *, is_plain: bool) -> str:
    words = slug(spelt)
    if is_plain and len(words) <= ID_LENGTH:
        return words
    digest = hashlib.sha256(json.dumps([spelt]).encode()).hexdigest()[:_DIGEST_LENGTH]
    kept = words[: ID_LENGTH - _DIGEST_LENGTH - len(DIGEST_MARK)].strip("-") or _NAMELESS
    return f"{kept}{DIGEST_MARK}{digest}"
