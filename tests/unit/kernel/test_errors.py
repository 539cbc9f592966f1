from __future__ import annotations

import pytest

from tradewind.kernel import errors
from tradewind.kernel.errors import Detail, NotFound, TradewindError


class LampNotFound(NotFound):
    """There is no such lamp."""


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.Malformed, 400),
        (errors.Unauthenticated, 401),
        (errors.Forbidden, 403),
        (errors.NotFound, 404),
        (errors.Conflict, 409),
        (errors.TooLarge, 413),
        (errors.UnsupportedType, 415),
        (errors.Unprocessable, 422),
        (errors.TooMany, 429),
        (errors.Unavailable, 503),
    ],
)
def test_kind_decides_the_status(kind: type[TradewindError], status: int) -> None:
    assert kind("no").status == status


def test_code_is_the_name_of_the_class() -> None:
    refusal = LampNotFound("No lamp.", (Detail("lampId", "is not there"),), retry_after_seconds=3)
    assert (refusal.code, refusal.status, refusal.message) == ("LampNotFound", 404, "No lamp.")
    assert refusal.details == (Detail("lampId", "is not there"),)
    assert refusal.retry_after_seconds == 3
    assert str(refusal) == "No lamp."
