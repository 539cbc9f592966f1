from __future__ import annotations

import pytest

from tradewind.edge.errors import STATUSES, status_of
from tradewind.kernel import errors
from tradewind.kernel.errors import AdminOnly, InvalidAmount, NotFound, SignInRequired, TradewindError


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
def test_status_follows_from_the_kind(kind: type[TradewindError], status: int) -> None:
    assert status_of(kind) == status


@pytest.mark.parametrize(
    ("error", "status"), [(LampNotFound, 404), (SignInRequired, 401), (AdminOnly, 403), (InvalidAmount, 422)]
)
def test_an_error_has_the_status_of_its_kind(error: type[TradewindError], status: int) -> None:
    assert status_of(error) == status


def test_every_kind_has_a_status() -> None:
    assert set(TradewindError.__subclasses__()) == set(STATUSES)
