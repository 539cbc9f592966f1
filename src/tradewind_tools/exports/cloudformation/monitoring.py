"""Alarms with their topics, the dashboard, and the saved log queries."""

from __future__ import annotations

import json
from typing import Any

from tradewind_tools.blueprint.alarms import ALARMS, Alarm, Severity
from tradewind_tools.blueprint.dashboard import DASHBOARD, Chart, ChartLine
from tradewind_tools.blueprint.metrics import Metric, ResourceName, StageDimension, StateMachineArn
from tradewind_tools.blueprint.metrics import Value as Subject
from tradewind_tools.blueprint.queries import QUERIES, LogQuery
from tradewind_tools.exports.cloudformation.logs import LOGS
from tradewind_tools.exports.cloudformation.messaging import machine_id
from tradewind_tools.exports.cloudformation.names import (
    Resource,
    Resources,
    StageNames,
    Value,
    logical_id,
    ref,
    resource,
)

ALARM_EMAIL = "AlarmEmail"
HAS_ALARM_EMAIL = "HasAlarmEmail"
DASHBOARD_ID = "Dashboard"

_POLICY = "AlarmTopicPolicy"
_WIDTH, _HEIGHT, _COLUMNS = 8, 6, 3
_DASHBOARD_SECONDS = 300


def resources_of(machines: tuple[str, ...], stage: StageNames) -> Resources:
    """All resources of monitoring; metrics of a state machine only where the template has it."""
    return {
        **_topics(stage),
        **{alarm_id(alarm): _alarm(alarm, stage) for alarm in ALARMS if _is_watchable(alarm, machines, stage)},
        DASHBOARD_ID: _dashboard(machines, stage),
        **_queries(stage),
    }


def alarm_id(alarm: Alarm) -> str:
    return logical_id(alarm.name, "Alarm")


def topic_id(severity: Severity) -> str:
    return logical_id("alarms", severity)


def _is_watchable(alarm: Alarm, machines: tuple[str, ...], stage: StageNames) -> bool:
    """The local cloud does not add metrics up, and would refuse the template."""
    if stage.is_local and len(alarm.metrics) > 1:
        return False
    return all(_exists(metric, machines) for metric in alarm.metrics)


def _exists(metric: Metric, machines: tuple[str, ...]) -> bool:
    return all(value.name in machines for _, value in metric.dimensions if isinstance(value, StateMachineArn))


def _topics(stage: StageNames) -> Resources:
    made: Resources = {}
    for severity in Severity:
        topic = topic_id(severity)
        made[topic] = resource("SNS::Topic", TopicName=stage.of(f"alarms-{severity}"))
        made[logical_id(topic, "Mail")] = _mail(topic)
    return made | {_POLICY: _policy()}


def _mail(topic: str) -> Resource:
    """SNS asks the address for a confirmation first."""
    made = resource("SNS::Subscription", TopicArn=ref(topic), Protocol="email", Endpoint=ref(ALARM_EMAIL))
    return {**made, "Condition": HAS_ALARM_EMAIL}


def _policy() -> Resource:
    """Only the account's own alarms may publish."""
    topics: list[Value] = [ref(topic_id(severity)) for severity in Severity]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topics,
        "Condition": {"StringEquals": {"aws:SourceAccount": ref("AWS::AccountId")}},
    }
    return resource(
        "SNS::TopicPolicy", Topics=topics, PolicyDocument={"Version": "2012-10-17", "Statement": [statement]}
    )


def _alarm(alarm: Alarm, stage: StageNames) -> Resource:
    topic = [ref(topic_id(alarm.severity))]
    return resource(
        "CloudWatch::Alarm",
        AlarmName=stage.of(alarm.name),
        AlarmDescription=f"{alarm.meaning[0].upper()}{alarm.meaning[1:]}. What to do: {alarm.remedy}.",
        **_metric_settings(alarm, stage),
        ComparisonOperator="GreaterThanThreshold",
        Threshold=alarm.threshold,
        EvaluationPeriods=alarm.periods,
        TreatMissingData="notBreaching",
        AlarmActions=topic,
        OKActions=topic,
    )


def _metric_settings(alarm: Alarm, stage: StageNames) -> Resource:
    if len(alarm.metrics) > 1:
        return {"Metrics": [_combine(alarm), *(_part(alarm, number, stage) for number in range(len(alarm.metrics)))]}
    [metric] = alarm.metrics
    return {**_metric(metric, stage), **_statistic(alarm.statistic, stage), "Period": alarm.period_seconds}


def _statistic(name: str, stage: StageNames) -> Resource:
    """Of few requests the slowest are no percentile: such a period leaves an alarm as it is.

    The local cloud forgets that, so that each apply of Terraform would set it again.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
    """
    if not name.startswith("p"):
        return {"Statistic": name}
    few_samples = {} if stage.is_local else {"EvaluateLowSampleCountPercentile": "ignore"}
    return {"ExtendedStatistic": name, **few_samples}


def _combine(alarm: Alarm) -> Resource:
    return {"Id": "together", "Expression": _expression(alarm), "ReturnData": True}


def _expression(alarm: Alarm) -> str:
    """Of a sum or a maximum: a metric without a value counts as zero, so that the others still count."""
    if alarm.share_from:
        part, whole = (_part_id(number) for number in range(len(alarm.metrics)))
        return f"IF({part} >= {alarm.share_from}, {part} / {whole}, 0)"
    return f"{'MAX' if alarm.statistic == 'Maximum' else 'SUM'}(FILL(METRICS(), 0))"


def _part_id(number: int) -> str:
    return f"figure{number}"


def _part(alarm: Alarm, number: int, stage: StageNames) -> Resource:
    return {
        "Id": _part_id(number),
        "MetricStat": {
            "Metric": _metric(alarm.metrics[number], stage),
            "Stat": alarm.statistic,
            "Period": alarm.period_seconds,
        },
        "ReturnData": False,
    }


def _metric(metric: Metric, stage: StageNames) -> Resource:
    dimensions = [{"Name": name, "Value": _subject(subject, stage)} for name, subject in metric.dimensions]
    return {
        "Namespace": metric.namespace,
        "MetricName": metric.name,
        **({"Dimensions": dimensions} if dimensions else {}),
    }


def _subject(subject: Subject, stage: StageNames) -> Value:
    match subject:
        case ResourceName(name):
            return stage.of(name) if name else stage.shop
        case StateMachineArn(name):
            return ref(machine_id(name))
        case StageDimension():
            return stage.name
        case str():
            return subject


def _dashboard(machines: tuple[str, ...], stage: StageNames) -> Resource:
    charts = [chart for chart in DASHBOARD if all(_exists(line.metric, machines) for line in chart.lines)]
    body = {"widgets": [_chart(chart, place, stage) for place, chart in enumerate(charts)]}
    return resource("CloudWatch::Dashboard", DashboardName=stage.shop, DashboardBody=_embed(body))


def _embed(body: Any) -> Value:  # noqa: ANN401 - JSON with CloudFormation's functions in it
    """JSON as text, in which CloudFormation still fills in the references."""
    return {"Fn::Sub": json.dumps(_mark_references(body), separators=(",", ":"))}


def _mark_references(part: Any) -> Any:  # noqa: ANN401 - the same
    match part:
        case {"Ref": str(name)}:
            return f"${{{name}}}"
        case dict():
            return {name: _mark_references(value) for name, value in part.items()}
        case list():
            return [_mark_references(value) for value in part]
        case _:
            return part


def _chart(chart: Chart, place: int, stage: StageNames) -> Resource:
    row, column = divmod(place, _COLUMNS)
    return {
        "type": "metric",
        "x": column * _WIDTH,
        "y": row * _HEIGHT,
        "width": _WIDTH,
        "height": _HEIGHT,
        "properties": {
            "title": chart.title,
            "region": ref("AWS::Region"),
            "view": "timeSeries",
            "period": _DASHBOARD_SECONDS,
            "yAxis": {"left": {"min": 0}},
            "metrics": [_line(line, stage) for line in chart.lines],
        },
    }


def _line(line: ChartLine, stage: StageNames) -> list[Value]:
    dimensions = [part for name, subject in line.metric.dimensions for part in (name, _subject(subject, stage))]
    shown = {"stat": line.statistic, "label": line.label}
    return [line.metric.namespace, line.metric.name, *dimensions, shown]


def _queries(stage: StageNames) -> Resources:
    if stage.is_local:  # the local cloud does not know this type of resource and would refuse the template
        return {}
    return {logical_id(query.name, "Query"): _query(query, stage) for query in QUERIES}


def _query(query: LogQuery, stage: StageNames) -> Resource:
    return resource(
        "Logs::QueryDefinition",
        Name=f"{stage.shop}/{query.name}",
        LogGroupNames=[ref(LOGS)],
        QueryString=query.text.strip(),
    )
