"""What is going to happen in a history: who buys what, and which actions are made to coincide."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from tradewind.inventory.model import MAX_VARIANTS
from tradewind.settings import Settings
from tradewind_tools.simulation.account_scenario import AccountScenario
from tradewind_tools.simulation.ports import BEGINNING

ABANDONED_ORDER_ID = "01KAJ0ABND0000000000000001"
"""The order that a request would have placed which died before the history begins; nobody repeats it."""


class RefundScope(StrEnum):
    """What of an order's money and goods an administrator refunds."""

    REMAINDER = "everything that is left"
    AMOUNT = "an amount"
    LINE = "a line"
    RETURNED_LINE = "a line whose goods were returned"
    REDUCED_LINE = "the same, for less than it cost"
    GOODS = "the goods of a line, without money"


class PlannedRefund(NamedTuple):
    after_ms: int
    scope: RefundScope = RefundScope.REMAINDER


class Trouble(StrEnum):
    """What happens to an order's money at the payment provider, though the shop did not ask for it."""

    REFUND_BY_HAND = "refund made at the provider"
    UNKNOWN_REFUND = "refund made at the provider, whose webhook names a refund that the shop never made"
    REFUND_FAILS = "refund that came back"
    DISPUTED = "dispute that stays open"
    DISPUTE_WON = "dispute that was won"
    DISPUTE_LOST = "dispute that was lost"


class PlannedTrouble(NamedTuple):
    after_ms: int
    trouble: Trouble


class Action(StrEnum):
    """What can be made to happen at the moment when a function is called about an order."""

    CANCEL = "its customer cancels it"
    CANCEL_FOR_SHOP = "an administrator cancels it"
    FULFIL = "an administrator fulfils it"
    REFUND = "an administrator refunds a part of it"
    WEBHOOK = "the provider sends the webhooks of its payment again"
    CLEAR = "the clearing job runs"
    RUN = "its checkout is started once more"
    TROUBLE = "somebody refunds a part of it at the provider"
    SLOW_WRITE = "its next transaction takes so long that another run overtakes it"
    LATE_CHARGE = "the provider receives the request for its charge minutes later"


class TriggeredAction(NamedTuple):
    """`action` happens `after_ms` after `function` was first called about the order."""

    function: str
    action: Action
    after_ms: int = 0


class Purchase(NamedTuple):
    """What somebody is going to do: buy, perhaps with the same request twice at once, and what follows.

    One that `reuses_key` sends another request with the same idempotency key once the order is placed.
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
    refunds: tuple[PlannedRefund, ...] = ()
    troubles: tuple[PlannedTrouble, ...] = ()
    fulfils_ms: int | None = None
    triggered_actions: tuple[TriggeredAction, ...] = ()

    @property
    def may_be_cancelled(self) -> bool:
        """Somebody requests it."""
        return bool(self.cancels_ms) or bool({Action.CANCEL, Action.CANCEL_FOR_SHOP} & self._actions)

    @property
    def is_large(self) -> bool:
        """It takes several reservations, held one after another: in a scenario nobody else's are."""
        return len(self.units) > MAX_VARIANTS

    @property
    def refunds_wanted(self) -> int:
        return len(self.refunds) + sum(each.action is Action.REFUND for each in self.triggered_actions)

    @property
    def units(self) -> dict[str, int]:
        """By product: one may be in two lines."""
        units: Counter[str] = Counter()
        for variant_id, quantity in self.items:
            units[variant_id] += quantity
        return dict(units)

    @property
    def _actions(self) -> set[Action]:
        return {each.action for each in self.triggered_actions}


class Registration(NamedTuple):
    """Somebody registers, perhaps with the same request twice at once."""

    email: str
    copies: int = 1
    begins_ms: int = 0


class ReturnAction(StrEnum):
    """What a customer does who comes back."""

    VERIFY = "follows the link that verifies the address"
    ADD = "adds to the cart"
    ORDER = "orders what is in the cart"
    BUY = "orders, and leaves the cart as it is"

    @property
    def trigger_job(self) -> str | None:
        """The job during which the customer comes back; None for one who comes at once."""
        if self is ReturnAction.BUY:
            return None
        return "unverified-reminder" if self is ReturnAction.VERIFY else "cart-reminder"


class AbandoningCustomer(NamedTuple):
    """Somebody who registered and left a cart more than a day ago; one that `added_later` changed the cart since.

    The customer comes back, if ever, `after_ms` after the first call of the job that would remind them, or after the
    history begins, and does the `return_action`.
    """

    user_id: str
    is_verified: bool
    wants_reminders: bool
    added_later: bool = False
    return_action: ReturnAction | None = None
    after_ms: int = 0


class Scenario(NamedTuple):
    """`stock` has the initial units by product id; `replays_ms` is when all archived events are replayed.

    `echo_ms` is when they are once more, counted from the moment when everything had come to rest.
    `opts_in_ms` is when a customer turns short messages on.
    `has_abandoned_request`: a request died while it reserved stock, before the history begins.
    """

    stock: dict[str, int]
    purchases: tuple[Purchase, ...]
    registrations: tuple[Registration, ...] = ()
    replays_ms: tuple[int, ...] = ()
    has_abandoned_request: bool = False
    abandoning_customers: tuple[AbandoningCustomer, ...] = ()
    beginning: datetime = BEGINNING
    echo_ms: int | None = None
    opts_in_ms: int | None = None
    settings: Settings = Settings()
    accounts: AccountScenario = AccountScenario()
