"""What becomes of the personal data in a kind of item: in an export, and when its account is deleted."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Erasure(StrEnum):
    """What the deletion of an account does to an item of a kind.

    A locked item stays whole until the retention that tax law demands has passed, and is anonymised then.
    """

    KEEP = "kept"
    EXPIRE = "expires"
    REMOVE = "removed"
    ANONYMISE = "anonymised"
    LOCK = "locked"


class Privacy(NamedTuple):
    """How a kind of item is treated. A kind without personal data says nothing else than that it is kept.

    `exported` are the attributes that its owner gets, `withheld` is why they get none. `blanked` are the attributes
    that become empty when it is anonymised, with a dot before a part of one: `shippingAddress.name`.
    """

    erasure: Erasure
    exported: tuple[str, ...] = ()
    withheld: str = ""
    blanked: tuple[str, ...] = ()


NOT_PERSONAL = Privacy(Erasure.KEEP)
