from __future__ import annotations

import json

import pytest
from tests.fakes import FakeClock

from tradewind.aws.log import InvocationLog
from tradewind_tools.ministack.embedded_metrics import Figure, figures


def line(*dimensions: list[str], **told: object) -> str:
    directive = {"Namespace": "Shop", "Dimensions": dimensions, "Metrics": [{"Name": "Sold", "Unit": "Count"}]}
    return json.dumps({"_aws": {"Timestamp": 1, "CloudWatchMetrics": [directive]}, **told})


def test_what_the_shop_counts_is_found(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(InvocationLog, "_cold", False)
    log = InvocationLog("forward_events", FakeClock(), request_id="request-1")
    log.count("OrderPlaced", 2)
    log.write()
    [found] = figures(f"START\n{capsys.readouterr().out}END\n")
    assert found == Figure("Tradewind", "OrderPlaced", 2, "Count", {"stage": "local"})


def test_each_set_of_dimensions_is_a_figure_of_its_own() -> None:
    found = list(figures(line([], ["colour"], ["colour", "size"], Sold=3, colour="blue", size="M")))
    assert [figure.dimensions for figure in found] == [{}, {"colour": "blue"}, {"colour": "blue", "size": "M"}]
    assert {figure.value for figure in found} == {3}


def test_a_figure_may_have_several_values() -> None:
    assert [figure.value for figure in figures(line([], Sold=[1, 2.5]))] == [1, 2.5]


@pytest.mark.parametrize(
    "log",
    ["", "plain text", '{"event": "x"}', '{"_aws"', '{"_aws": 1}', '{"_aws": {}}', line([], Sold="many"), line([])],
)
def test_other_lines_have_none(log: str) -> None:
    assert list(figures(log)) == []
