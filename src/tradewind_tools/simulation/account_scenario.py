"""What the holders of accounts do in a history: stories that are drawn, with other acts at the same moments."""

from __future__ import annotations

from enum import StrEnum
from random import Random
from typing import NamedTuple, TypeAlias

import msgspec

from tradewind.settings import Settings

HOLDERS = ("01KAJ0HDER0000000000000001", "01KAJ0HDER0000000000000002")
FIRST_PASSWORD = "the first password"  # noqa: S105 - of a simulated account
"""Of every account, before its history begins."""
WANTED_ADDRESS = "wanted@example.com"
"""To which every holder may change: it is whose link is followed first."""


class Act(StrEnum):
    """What the holder of an account does, or somebody who has their link, their token or their address."""

    SIGN_IN = "signs in"
    GUESS = "somebody guesses the password"
    GUESS_OFTEN = "somebody guesses the password again and again, some times at once"
    REFRESH = "refreshes a session"
    REFRESH_IN_TABS = "refreshes a session in two tabs at once"
    REUSE = "somebody refreshes by a token that was used before"
    USE = "makes a request by each token there is"
    SIGN_OUT = "signs out"
    END_SESSION = "ends another session"
    END_OTHERS = "ends all other sessions"
    CHANGE_PASSWORD = "changes the password"  # noqa: S105 - words
    KEEP_SESSION = "changes the password, and stays signed in"
    FORGET = "asks for a link to a new password"
    RESET = "follows that link"
    RESET_OLDEST = "follows the first of those links"
    CHANGE_EMAIL = "asks for another address"
    CONFIRM_EMAIL = "follows the link to the other address"
    UNDO_EMAIL = "follows the link that undoes the change"
    TAKE_ADDRESS = "somebody registers with an address that the account has or had"
    FILL_CART = "puts something into the cart"
    ORDER = "orders"
    EXPORT = "asks for a copy of the data"
    DELETE = "deletes the account"
    DELETE_BY_ADMIN = "an administrator deletes the account"


Story: TypeAlias = tuple[tuple[Act, ...], ...]
"""What comes one after another, and what at once."""


class Moment(NamedTuple):
    """Acts that begin together, up to `within_ms` apart, `after_ms` after those of the moment before are over."""

    acts: tuple[Act, ...]
    after_ms: int
    within_ms: int


class AccountLife(NamedTuple):
    """What becomes of an account that was opened, and verified, long before the history begins."""

    user_id: str
    moments: tuple[Moment, ...]

    @property
    def email(self) -> str:
        return f"{self.user_id.lower()}@example.com"

    @property
    def other_email(self) -> str:
        """Another address of the same person."""
        return f"{self.user_id.lower()}.new@example.com"

    @property
    def may_end(self) -> bool:
        """Somebody deletes the account."""
        return any({Act.DELETE, Act.DELETE_BY_ADMIN} & set(moment.acts) for moment in self.moments)


class GuestVisit(NamedTuple):
    """Somebody without an account fills a cart, and comes back for more."""

    begins_ms: int
    additions: int
    pause_ms: int


class AccountScenario(NamedTuple):
    """The account holders and guests of a history, and the settings that concern them."""

    lives: tuple[AccountLife, ...] = ()
    guests: tuple[GuestVisit, ...] = ()
    access_token_seconds: int = 900
    sign_in_attempts_limit: int = 50
    retention_years: int = 8

    def apply(self, settings: Settings) -> Settings:
        """Return the shop's settings with those of the accounts."""
        return msgspec.structs.replace(
            settings,
            access_token_seconds=self.access_token_seconds,
            sign_in_attempts_limit=self.sign_in_attempts_limit,
            retention_years=self.retention_years,
        )


_LIVES_CHANCE = 0.2
_TWO_LIVES_CHANCE = 0.2
_GUEST_CHANCE = 0.3
_BESIDE_CHANCE = 0.35
_SOON_MS = 2_000
_LATER_MS = 90_000
_HOUR_MS = 3_600_000
_WITHIN_MS = (0, 40, 300, 1_000)
_GUEST_ADDITIONS = (1, 2, 3)

_STORIES: tuple[Story, ...] = (
    ((Act.SIGN_IN, Act.SIGN_IN), (Act.FORGET,), (Act.RESET, Act.RESET), (Act.USE, Act.SIGN_IN)),
    ((Act.SIGN_IN,), (Act.FORGET,), (Act.FORGET,), (Act.RESET, Act.REFRESH), (Act.RESET_OLDEST, Act.USE)),
    ((Act.SIGN_IN, Act.SIGN_IN), (Act.CHANGE_PASSWORD, Act.REFRESH), (Act.USE, Act.SIGN_IN)),
    ((Act.SIGN_IN, Act.SIGN_IN), (Act.KEEP_SESSION, Act.SIGN_IN), (Act.USE, Act.REFRESH)),
    ((Act.SIGN_IN,), (Act.REFRESH_IN_TABS,), (Act.REFRESH, Act.REFRESH), (Act.REUSE,), (Act.USE, Act.REFRESH)),
    ((Act.SIGN_IN, Act.SIGN_IN), (Act.REFRESH_IN_TABS, Act.SIGN_OUT), (Act.USE,), (Act.END_OTHERS,), (Act.USE,)),
    ((Act.SIGN_IN, Act.SIGN_IN), (Act.END_SESSION, Act.REFRESH), (Act.USE, Act.END_OTHERS), (Act.USE,)),
    ((Act.SIGN_IN,), (Act.CHANGE_EMAIL,), (Act.CONFIRM_EMAIL, Act.CONFIRM_EMAIL), (Act.UNDO_EMAIL,), (Act.USE,)),
    (
        *((Act.SIGN_IN,), (Act.CHANGE_EMAIL,), (Act.CONFIRM_EMAIL,), (Act.TAKE_ADDRESS, Act.SIGN_IN)),
        *((Act.UNDO_EMAIL,), (Act.UNDO_EMAIL, Act.USE), (Act.RESET,), (Act.SIGN_IN,)),
    ),
    (
        *((Act.SIGN_IN,), (Act.CHANGE_EMAIL,), (Act.CONFIRM_EMAIL,), (Act.DELETE,)),
        *((Act.UNDO_EMAIL, Act.USE), (Act.RESET,), (Act.SIGN_IN,), (Act.DELETE,)),
    ),
    ((Act.GUESS_OFTEN,), (Act.SIGN_IN, Act.GUESS), (Act.GUESS, Act.SIGN_IN)),
    ((Act.SIGN_IN,), (Act.EXPORT, Act.EXPORT), (Act.EXPORT, Act.FILL_CART)),
    ((Act.SIGN_IN,), (Act.ORDER,), (Act.EXPORT,), (Act.DELETE,), (Act.DELETE, Act.USE)),
    ((Act.SIGN_IN,), (Act.FILL_CART, Act.EXPORT), (Act.DELETE, Act.ORDER), (Act.USE, Act.FILL_CART, Act.TAKE_ADDRESS)),
    ((Act.SIGN_IN, Act.SIGN_IN), (Act.CHANGE_EMAIL,), (Act.DELETE, Act.CONFIRM_EMAIL), (Act.TAKE_ADDRESS, Act.USE)),
    ((Act.SIGN_IN, Act.SIGN_IN), (Act.CHANGE_EMAIL,), (Act.CONFIRM_EMAIL,), (Act.UNDO_EMAIL, Act.REFRESH), (Act.USE,)),
    ((Act.SIGN_IN,), (Act.FORGET,), (Act.DELETE_BY_ADMIN, Act.RESET), (Act.USE, Act.SIGN_IN)),
    ((Act.SIGN_IN,), (Act.DELETE, Act.SIGN_IN), (Act.FILL_CART, Act.USE, Act.DELETE), (Act.TAKE_ADDRESS,)),
)

_BESIDE = tuple(each for each in Act if each not in {Act.GUESS_OFTEN, Act.DELETE, Act.DELETE_BY_ADMIN})
"""What may happen beside an act of a story."""


def draw_accounts(random: Random) -> AccountScenario:
    """Mostly nobody: a life costs as much as an order does."""
    if random.random() >= _LIVES_CHANCE:
        return AccountScenario()
    story = random.choice(_STORIES)
    lives = [AccountLife(HOLDERS[0], _draw_moments(random, story))]
    if random.random() < _TWO_LIVES_CHANCE:
        lives.append(AccountLife(HOLDERS[1], _draw_moments(random, random.choice((story, *_STORIES)))))
    return AccountScenario(
        tuple(lives),
        (_draw_visit(random),) if random.random() < _GUEST_CHANCE else (),
        access_token_seconds=random.choice((900, 86_400)),
        sign_in_attempts_limit=random.choice((0, 4, 50, 50)),
        retention_years=random.choice((0, 8)),
    )


def _draw_moments(random: Random, story: Story) -> tuple[Moment, ...]:
    return tuple(
        Moment(
            (*acts, random.choice(_BESIDE)) if random.random() < _BESIDE_CHANCE else acts,
            after_ms=int(random.random() * random.choice((_SOON_MS, _SOON_MS, _SOON_MS, _LATER_MS, _HOUR_MS))),
            within_ms=random.choice(_WITHIN_MS),
        )
        for acts in story
    )


def _draw_visit(random: Random) -> GuestVisit:
    return GuestVisit(
        int(random.random() * _SOON_MS), random.choice(_GUEST_ADDITIONS), int(random.random() * _LATER_MS)
    )
