"""Email addresses in the one form in which they are stored and looked up."""

from __future__ import annotations

import re
import unicodedata

from tradewind.identity.errors import InvalidEmail
from tradewind.identity.model import EMAIL_MAX_LENGTH
from tradewind.kernel.errors import Detail

_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_LOCAL_PART = re.compile(rf"(?=.{{1,64}}\Z)(?!xn--){_ATOM}(?:\.{_ATOM})*")
"""Dot-string of RFC 5321 4.1.2. SES delivers to ASCII alone, and takes neither quotes nor Punycode before the @:
https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Destination.html"""
_DOMAIN = re.compile(rf"(?=.{{1,253}}\Z)(?:{_LABEL}\.)+(?![0-9])(?=..){_LABEL}")
"""RFC 1123 2.1, of two labels at least; an address of digits is no domain."""
_ACE_PREFIX = "xn--"


def normalise_email(given: str) -> str:
    """Return the one form in which an address is stored: in lower case, its domain in ASCII as SES wants it.

    `ada@bücher.example` and `ada@xn--bcher-kva.example` are one address. Raises InvalidEmail.
    """
    email = _normal_form(given)
    if email is None:
        details = (Detail("email", "is not an email address that mail can go to"),)
        raise InvalidEmail("Please enter an email address such as ada@example.com.", details)
    return email


def fold_email(given: str) -> str:
    """Return the same form of a text that may be no address, such as what somebody tries to sign in with.

    Any other text is folded and cut to one character more than an address may have, so that it fits into a key.
    """
    return _normal_form(given) or unicodedata.normalize("NFKC", given).strip().casefold()[: EMAIL_MAX_LENGTH + 1]


def _normal_form(given: str) -> str | None:
    """None for what is no address. A form of its own has what is typed full width, as Japanese keyboards do it."""
    local_part, _, domain = given.strip().replace("\uff20", "@").rpartition("@")
    local_part, domain = unicodedata.normalize("NFKC", local_part).lower(), _encode_domain(domain)
    email = f"{local_part}@{domain}"
    is_address = len(email) <= EMAIL_MAX_LENGTH and _LOCAL_PART.fullmatch(local_part) and _DOMAIN.fullmatch(domain)
    return email if is_address else None


def _encode_domain(domain: str) -> str:
    """Return a domain in ASCII, as IDNA 2008 encodes it (RFC 5891, mapped as UTS 46 does, ß kept); empty for none.

    Case folding would make another domain of some: `straße.example` is not `strasse.example`.
    """
    if domain.isascii() and _ACE_PREFIX not in domain.lower():
        return domain.lower()
    import idna  # noqa: PLC0415 - its tables are large, and few domains need them

    try:
        return idna.encode(domain[:EMAIL_MAX_LENGTH], uts46=True, std3_rules=True).decode()
    except idna.IDNAError:
        return ""
