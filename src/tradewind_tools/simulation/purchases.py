"""What people are going to do in a history, and what is going to coincide with what."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import NamedTuple


class Part(StrEnum):
    """What of an order's money an administrator gives back."""

    REST = "all that is left"
    AMOUNT = "an amount"
    LINE = "a line"
    RETURN = "a line whose goods came back"


class GiveBack(NamedTuple):
    after_ms: int
    part: Part = Part.REST


class Deed(StrEnum):
    """What can be made to happen just when something else happens to the same order."""

    CANCEL = "its customer cancels"
    CANCEL_FOR_SHOP = "an administrator cancels"
    FULFIL = "an administrator sends it"
    REFUND = "an administrator gives money back"
    WEBHOOK = "the bank sends its webhook again"
    CLEAR = "the clearing job runs"
    RUN = "its checkout is started once more"


class Coincidence(NamedTuple):
    """`deed` is done `after_ms` after the function `at` was first called about the order."""

    at: str
    deed: Deed
    after_ms: int = 0


class Purchase(NamedTuple):
    """What somebody is going to do: buy, perhaps twice at once with one key, and what comes after.

    One who `reuses_key` asks for something else with it once the order is placed.
    """

    customer_id: str
    items: tuple[tuple[str, int], ...]
    token: str
    key: str | None = None
    from_cart: bool = False
    copies: int = 1
    reuses_key: bool = False
    begins_ms: int = 0
    cancels_ms: tuple[int, ...] = ()
    is_cancelled_by_admin: bool = False
    refunds: tuple[GiveBack, ...] = ()
    fulfils_ms: int | None = None
    coincidences: tuple[Coincidence, ...] = ()

    @property
    def may_be_cancelled(self) -> bool:
        """Somebody wishes it."""
        return bool(self.cancels_ms) or bool({Deed.CANCEL, Deed.CANCEL_FOR_SHOP} & self._deeds)

    @property
    def refunds_wanted(self) -> int:
        return len(self.refunds) + sum(each.deed is Deed.REFUND for each in self.coincidences)

    @property
    def units(self) -> dict[str, int]:
        """By product: one may stand in two lines."""
        units: Counter[str] = Counter()
        for product_id, quantity in self.items:
            units[product_id] += quantity
        return dict(units)

    @property
    def _deeds(self) -> set[Deed]:
        return {each.deed for each in self.coincidences}


class Visit(NamedTuple):
    """Somebody registers, perhaps by pressing twice."""

    email: str
    copies: int = 1
    begins_ms: int = 0


class Return(StrEnum):
    """What somebody does who comes back."""

    VERIFY = "follows the link that verifies the address"
    ADD = "puts more into the cart"
    ORDER = "orders what is in the cart"
    BUY = "orders, and leaves the cart as it is"

    @property
    def at(self) -> str | None:
        """The job that looks after them just then; None when they come at once."""
        if self is Return.BUY:
            return None
        return "unverified-reminder" if self is Return.VERIFY else "cart-reminder"


class Absentee(NamedTuple):
    """Somebody who registered, and left a cart, more than a day ago; one who `left_twice` added to it since.

    They come `back`, if at all, `after_ms` after the job that would remind them has begun, or at once.
    """

    user_id: str
    is_verified: bool
    wishes_reminders: bool
    left_twice: bool = False
    back: Return | None = None
    after_ms: int = 0
