from __future__ import annotations

import json

import pytest
from tests.fakes import FakeClock

from tradewind.aws.log import InvocationLog
from tradewind_tools.ministack.embedded_metrics import MetricValue, extract_metrics


def line(*dimensions: list[str], **line_content: object) -> str:
    directive = {"Namespace": "Shop", "Dimensions": dimensions, "Metrics": [{"Name": "Sold", "Unit": "Count"}]}
    return json.dumps({"_aws": {"Timestamp": 1, "CloudWatchMetrics": [directive]}, **line_content})


def test_metrics_of_a_log_line_are_extracted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(InvocationLog, "_cold", False)
    log = InvocationLog("forward_events", FakeClock(), request_id="request-1")
    log.count("OrderPlaced", 2)
    log.write()
    [found] = extract_metrics(f"START\n{capsys.readouterr().out}END\n")
    assert found == MetricValue("Tradewind", "OrderPlaced", 2, "Count", {"stage": "local"})


def test_each_set_of_dimensions_is_a_value_of_its_own() -> None:
    found = list(extract_metrics(line([], ["colour"], ["colour", "size"], Sold=3, colour="blue", size="M")))
    assert [figure.dimensions for figure in found] == [{}, {"colour": "blue"}, {"colour": "blue", "size": "M"}]
    assert {figure.value for figure in found} == {3}


def test_metric_may_have_several_values() -> None:
    assert [figure.value for figure in extract_metrics(line([], Sold=[1, 2.5]))] == [1, 2.5]


@pytest.mark.parametrize(
    "log",
    ["", "plain text", '{"event": "x"}', '{"_aws"', '{"_aws": 1}', '{"_aws": {}}', line([], Sold="many"), line([])],
)
def test_other_lines_have_none(log: str) -> None:
    assert list(extract_metrics(log)) == []
