"""What Secrets Manager calls, step by step, when a key has had its time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from tradewind.aws.log import Journal
from tradewind.aws.vault import Vault, secrets_manager
from tradewind.rotation.steps import STEPS, Version
from tradewind.shop import Shop, production


class Turn(msgspec.Struct, frozen=True, rename="pascal"):
    """One step for one version of a secret; the version has the id of the request for its rotation."""

    step: Literal["createSecret", "setSecret", "testSecret", "finishSecret"]
    secret_id: str
    client_request_token: str

    @property
    def version(self) -> Version:
        return Version(self.secret_id, self.client_request_token)


class Rotation:
    """A Lambda entry point for Secrets Manager."""

    def __init__(self, vault: Callable[[], Vault]) -> None:
        self._vault = vault

    def __call__(self, event: dict[str, Any], context: object, shop: Shop | None = None) -> None:
        """Take one step. Raises KeyMissing, KeyUnusable, TooLate: the rotation fails, the key in use stays."""
        shop = shop or production()
        journal = Journal(shop.clock, request_id=str(getattr(context, "aws_request_id", "")))
        turn = msgspec.convert(event, Turn)
        journal.note(step=turn.step, about=turn.secret_id, version=turn.client_request_token)
        try:
            done = self._take(turn, shop)
        except Exception as error:
            journal.fault(error)
            journal.write("ERROR", "rotate", type(error).__name__)
            raise
        journal.write("INFO", "rotate", done)

    def _take(self, turn: Turn, shop: Shop) -> str:
        vault = self._vault()
        if vault.current_version(turn.secret_id) == turn.client_request_token:
            return "in use already"
        STEPS[turn.step](turn.version, vault, shop.clock)
        return "done"


rotate = Rotation(secrets_manager)
