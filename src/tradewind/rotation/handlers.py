"""What Secrets Manager calls, step by step, when a key has had its time."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from tradewind.aws.log import InvocationLog, request_id_of
from tradewind.rotation.steps import STEPS, Version
from tradewind.shop import Shop, connect_in_init, production

connect_in_init("vault")


class Turn(msgspec.Struct, frozen=True, rename="pascal"):
    """One step for one version of a secret; the version has the id of the request for its rotation."""

    step: Literal["createSecret", "setSecret", "testSecret", "finishSecret"]
    secret_id: str
    client_request_token: str

    @property
    def version(self) -> Version:
        return Version(self.secret_id, self.client_request_token)


def rotate(event: dict[str, Any], context: object, shop: Shop | None = None) -> None:
    """Take one step. Raises KeyMissing, KeyUnusable, TooLate: the rotation fails, the key in use stays."""
    shop = shop or production()
    with InvocationLog("rotate", shop.clock, request_id=request_id_of(context)) as log:
        turn = msgspec.convert(event, Turn)
        log.add(step=turn.step, about=turn.secret_id, version=turn.client_request_token)
        log.message = _take_step(turn, shop)


def _take_step(turn: Turn, shop: Shop) -> str:
    if shop.vault.current_version(turn.secret_id) == turn.client_request_token:
        return "in use already"
    STEPS[turn.step](turn.version, shop.vault, shop.clock)
    return "done"
