from __future__ import annotations

from tradewind.kernel.errors import Detail, NotFound


class LampNotFound(NotFound):
    """There is no such lamp."""


def test_code_is_the_name_of_the_class() -> None:
    refusal = LampNotFound("No lamp.", (Detail("lampId", "is not there"),), retry_after_seconds=3)
    assert (refusal.code, refusal.message) == ("LampNotFound", "No lamp.")
    assert refusal.details == (Detail("lampId", "is not there"),)
    assert refusal.retry_after_seconds == 3
    assert str(refusal) == "No lamp."
