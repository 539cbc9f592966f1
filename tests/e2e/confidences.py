"""What visitors tell the shop of themselves, and what it gives them to keep: none of it may stand in a log."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any, Final

KINDS: Final = {
    "email": "email",
    "password": "password",
    "currentPassword": "password",
    "newPassword": "password",
    "token": "token",
    "refreshToken": "token",
    "challenge": "token",
    "secret": "token",
    "recoveryCode": "token",
    "recoveryCodes": "token",
    "phone": "phone",
    "street": "street",
    "street2": "street",
}
"""The fields of requests and answers that hold such things, and what they are."""
CARD: Final = "card"
_PAYMENT: Final = "paymentMethod"
_SHORTEST: Final = 6
_LONG: Final = 16
_TOKEN_LENGTH: Final = 40

CONFIDENCES: Final[defaultdict[str, set[str]]] = defaultdict(set)
"""By kind, of all visitors of this process."""


def note(text: str) -> None:
    """Keep what is told in the body of a request or an answer; what is no JSON tells nothing."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return
    _note_in(document)


def note_path(path: str) -> None:
    """Keep a token that stands in the path, as those of links in mails do."""
    for part in path.partition("?")[0].split("/"):
        if "." in part and len(part) >= _TOKEN_LENGTH:
            CONFIDENCES["token"].add(part)


def _note_in(document: Any) -> None:  # noqa: ANN401 - JSON
    if isinstance(document, list):
        for each in document:
            _note_in(each)
    if isinstance(document, dict):
        for name, value in document.items():
            _note_field(name, value)


def _note_field(name: str, value: Any) -> None:  # noqa: ANN401 - JSON
    if name == _PAYMENT and isinstance(value, dict):
        _keep(CARD, value.get("token"))
    elif name in KINDS and isinstance(value, list):
        for each in value:
            _keep(KINDS[name], each)
    elif name in KINDS:
        _keep(KINDS[name], value)
    else:
        _note_in(value)


def _keep(kind: str, value: Any) -> None:  # noqa: ANN401 - JSON
    """A short text, a plain word or a number may stand in a log for other reasons."""
    if isinstance(value, str) and (len(value) >= _LONG or (len(value) >= _SHORTEST and not value.isalnum())):
        CONFIDENCES[kind] |= {value, value.lower()}
