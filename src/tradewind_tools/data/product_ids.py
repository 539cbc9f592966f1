"""Ids the shop accepts, made from handles, option values and stock codes."""

from __future__ import annotations

import hashlib
import re
import unicodedata

ID_LENGTH = 64
_DIGEST_LENGTH = 10
_NOT_ALLOWED = re.compile(r"[^A-Za-z0-9._-]+")
_FRACTION_SLASH = {0x2044: "-"}
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"}
)


def product_id(text: str) -> str:
    """Return the id for a text: ASCII letters, digits, `.`, `_` and `-`, at most 64 characters.

    A text that loses letters on the way, or is too long, ends in a digest of the whole text, so that the same text
    always gives the same id and two such texts do not share one. Raises ValueError when there is nothing to name.
    """
    plain = _ascii(text)
    slug = _NOT_ALLOWED.sub("-", plain).strip("-._")
    if slug and len(slug) <= ID_LENGTH and not _loses_letters(text):
        return slug
    if not any(character.isalnum() for character in text):
        raise ValueError(f"'{text}' names nothing")
    return _with_digest(slug, text)


def option_slug(value: str) -> str:
    """Return an option value as the lower-case part of an id (`Navy / XL` becomes `navy-xl`)."""
    return product_id(value.casefold())


def stock_code_id(code: str) -> str:
    """Return the id of a stock code; spellings that differ in case or spaces are one code."""
    return product_id(code.upper())


def make_distinct(identifier: str, text: str) -> str:
    """Return the id with a digest of `text`, for the second of two texts with the same id."""
    return _with_digest(identifier, text)


def _ascii(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS)).translate(_FRACTION_SLASH)
    return decomposed.encode("ascii", "ignore").decode("ascii")


def _loses_letters(text: str) -> bool:
    return any(
        character.isalnum() and not _ascii(character).strip() for character in unicodedata.normalize("NFKC", text)
    )


def _with_digest(slug: str, text: str) -> str:
    digest = hashlib.sha256(unicodedata.normalize("NFC", text).encode()).hexdigest()[:_DIGEST_LENGTH]
    kept = slug[: ID_LENGTH - _DIGEST_LENGTH - 1].strip("-._")
    return f"{kept}-{digest}" if kept else digest
