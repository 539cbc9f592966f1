from __future__ import annotations

import pytest

from tradewind_tools.simulation.trace import Trace


def make_trace() -> Trace:
    trace = Trace()
    trace.add(1, "order-create", "table.transact", "ORDER#1/LINES#00", "")
    trace.add(2, "checkout-confirm-order", "table.get", "ORDER#1", "")
    trace.add(3, "checkout-confirm-order", "table.get", "ORDER#1", "lost response")
    trace.add(4, "order-create", "table.transact", "ORDER#2/LINES#00", "")
    return trace


def test_trace_selects_writes_and_failures_that_mention_a_subject() -> None:
    assert make_trace().select({"ORDER#1"}, 9) == [
        "       0.001 s  order-create               table.transact   ORDER#1/LINES#00",
        "       0.003 s  checkout-confirm-order     table.get        ORDER#1  -> lost response",
    ]


@pytest.mark.parametrize(("at_most", "lines"), [(9, 3), (1, 1), (0, 0)])
def test_trace_selects_the_last_notable_steps_without_a_subject(at_most: int, lines: int) -> None:
    selected = make_trace().select((), at_most)
    assert len(selected) == lines
    assert all("ORDER#2" in line for line in selected[-1:])
