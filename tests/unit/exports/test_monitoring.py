from __future__ import annotations

import json
from typing import Any

import pytest

from tradewind_tools.blueprint.alarms import ALARMS, Alarm, Severity
from tradewind_tools.blueprint.dashboard import DASHBOARD
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.queries import QUERIES
from tradewind_tools.exports.cloudformation.monitoring import alarm_id, topic_id
from tradewind_tools.exports.cloudformation.names import logical_id
from tradewind_tools.exports.cloudformation.template import Code, template

Template = dict[str, Any]
CODE = Code("code-bucket", "functions/1.zip")


@pytest.fixture(scope="module")
def prod() -> Template:
    return template("prod", CODE)


def properties(made: Template, logical: str) -> Template:
    found: Template = made["Resources"][logical]["Properties"]
    return found


@pytest.mark.parametrize("alarm", ALARMS, ids=lambda alarm: alarm.name)
def test_alarm_publishes_to_the_topic_of_its_severity_also_when_it_is_over(prod: Template, alarm: Alarm) -> None:
    made = properties(prod, alarm_id(alarm))
    assert made["AlarmActions"] == made["OKActions"] == [{"Ref": topic_id(alarm.severity)}]
    assert (made["Threshold"], made["EvaluationPeriods"]) == (alarm.threshold, alarm.periods)
    assert made["TreatMissingData"] == "notBreaching"
    assert len(made["AlarmDescription"]) <= 1024


def test_alarm_of_one_metric_names_it(prod: Template) -> None:
    made = properties(prod, "ApiLatencyAlarm")
    assert (made["Namespace"], made["MetricName"], made["ExtendedStatistic"]) == ("AWS/ApiGateway", "Latency", "p99")
    assert made["EvaluateLowSampleCountPercentile"] == "ignore"
    assert made["Dimensions"] == [{"Name": "ApiName", "Value": properties(prod, "Api")["Name"]}]


def test_alarm_of_several_metrics_adds_them_up(prod: Template) -> None:
    together, *parts = properties(prod, "TableThrottlesAlarm")["Metrics"]
    assert (together["Expression"], together["ReturnData"]) == ("SUM(FILL(METRICS(), 0))", True)
    assert len(parts) == 6
    assert not any(part["ReturnData"] for part in parts)
    assert len({part["Id"] for part in parts}) == 6


def test_alarm_of_several_ages_takes_the_largest(prod: Template) -> None:
    together, *_ = properties(prod, "LateMessages1Alarm")["Metrics"]
    assert together["Expression"] == "MAX(FILL(METRICS(), 0))"


def test_share_is_compared_once_there_are_enough_of_its_part(prod: Template) -> None:
    together, *parts = properties(prod, "ApiFaultsAlarm")["Metrics"]
    assert together["Expression"] == "IF(figure0 >= 5, figure0 / figure1, 0)"
    named = {part["Id"]: (part["MetricStat"]["Metric"]["MetricName"], part["MetricStat"]["Stat"]) for part in parts}
    assert named == {"figure0": ("5XXError", "Sum"), "figure1": ("Count", "Sum")}


def test_only_percentiles_are_left_alone_with_few_samples(prod: Template) -> None:
    for alarm in ALARMS:
        is_percentile = alarm.statistic.startswith("p")
        assert ("EvaluateLowSampleCountPercentile" in properties(prod, alarm_id(alarm))) is is_percentile


def test_metrics_are_those_of_the_stages_resources(prod: Template) -> None:
    names = {
        value
        for each in prod["Resources"].values()
        for key in ("QueueName", "FunctionName", "TableName")
        if isinstance(value := each["Properties"].get(key), str)
    }
    for alarm in ALARMS:
        for dimension in dimensions(properties(prod, alarm_id(alarm))):
            if dimension["Name"] in {"QueueName", "FunctionName", "TableName"}:
                assert dimension["Value"] in names


def dimensions(made: Template) -> list[Template]:
    parts = [part["MetricStat"]["Metric"] for part in made.get("Metrics", []) if "MetricStat" in part] or [made]
    return [dimension for part in parts for dimension in part.get("Dimensions", [])]


def test_only_alarms_of_this_account_may_ring(prod: Template) -> None:
    [statement] = properties(prod, "AlarmTopicPolicy")["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


@pytest.mark.parametrize("severity", Severity)
def test_topic_has_a_mail_subscription_if_an_address_is_given(prod: Template, severity: Severity) -> None:
    mail = prod["Resources"][f"{topic_id(severity)}Mail"]
    assert mail["Condition"] == "HasAlarmEmail"
    assert mail["Properties"]["Endpoint"] == {"Ref": "AlarmEmail"}
    assert prod["Parameters"]["AlarmEmail"]["Default"] == ""


def test_dashboard_has_every_chart_once_side_by_side(prod: Template) -> None:
    widgets = json.loads(properties(prod, "Dashboard")["DashboardBody"]["Fn::Sub"])["widgets"]
    assert [widget["properties"]["title"] for widget in widgets] == [chart.title for chart in DASHBOARD]
    assert len({(widget["x"], widget["y"]) for widget in widgets}) == len(widgets)
    assert all(widget["x"] + widget["width"] <= 24 for widget in widgets)


def test_line_of_the_dashboard_is_a_metric_with_its_dimensions(prod: Template) -> None:
    widgets = json.loads(properties(prod, "Dashboard")["DashboardBody"]["Fn::Sub"])["widgets"]
    lines = {widget["properties"]["title"]: widget["properties"]["metrics"] for widget in widgets}
    assert lines["Paid, in minor units"] == [
        ["Tradewind", "AmountPaidMinor", "stage", "prod", {"stat": "Sum", "label": "AmountPaidMinor"}]
    ]
    started, _ = lines["Runs of the checkout"]
    assert started[2:4] == ["StateMachineArn", "${CheckoutOrchestrator}"]


def test_every_saved_query_reads_the_log_of_all_functions(prod: Template) -> None:
    for query in QUERIES:
        made = properties(prod, logical_id(query.name, "Query"))
        assert made["Name"] == f"tradewind-prod/{query.name}"
        assert made["LogGroupNames"] == [{"Ref": "FunctionLogs"}]
        assert made["QueryString"] == query.text.strip()


def test_local_stage_has_only_alarms_that_the_local_cloud_supports() -> None:
    local = template("local", CODE)["Resources"]
    made = {name for name, each in local.items() if each["Type"] == "AWS::CloudWatch::Alarm"}
    assert made == {alarm_id(alarm) for alarm in ALARMS if len(alarm.metrics) == 1}


def test_template_without_a_checkout_has_no_alarm_for_it() -> None:
    some = [function for function in FUNCTIONS if function.name == "product-get"]
    made = template("dev", CODE, some)
    assert "CheckoutFailuresAlarm" not in made["Resources"]
    assert "Runs of the checkout" not in json.dumps(made)
