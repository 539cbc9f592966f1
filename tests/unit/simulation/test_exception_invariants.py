from __future__ import annotations

import msgspec
import pytest

from tradewind.aws.table import ConditionFailed, TableBusy
from tradewind.kernel.errors import RetryLater
from tradewind.ordering.errors import OrderChanged
from tradewind.payments.errors import ProviderTimeout
from tradewind_tools.simulation.errors import ResponseLost
from tradewind_tools.simulation.exception_invariants import find_violations

EXPECTED = (TableBusy("throttled"), ProviderTimeout("key"), RetryLater(), OrderChanged(), ResponseLost())
UNEXPECTED = (ConditionFailed(), KeyError("orderId"), ValueError("InProgress"))


def line(error: Exception) -> str:
    return msgspec.json.encode({"event": "f", "message": type(error).__name__, "metadata": {"fault": "why"}}).decode()


@pytest.mark.parametrize("error", EXPECTED, ids=repr)
def test_exception_that_is_declared_for_another_attempt_is_no_violation(error: Exception) -> None:
    assert list(find_violations([line(error)], [("f", error)])) == []


@pytest.mark.parametrize("error", UNEXPECTED, ids=repr)
def test_any_other_exception_is_a_violation_whether_it_is_raised_or_only_logged(error: Exception) -> None:
    assert list(find_violations([line(error)], [])) == [f"f met {type(error).__name__}: why"]
    assert list(find_violations([], [("f", error)])) == [f"f raised {type(error).__name__}: {error}"]
