"""Alarms with their topics, the dashboard, and the saved log queries."""

from __future__ import annotations

from tradewind_tools.exports.cloudformation.names import Resource
from tradewind_tools.exports.terraform.template_facts import TemplateFacts


def facts_of(stack: TemplateFacts) -> Resource:
    return {
        "topics": {name: {"statements": stack.topic_statements(name)} for name in _topics(stack)},
        "alarms": {stack.short(each["AlarmName"]): _alarm(each) for each in stack.of("CloudWatch::Alarm")},
        "dashboard": _dashboard(stack.only("CloudWatch::Dashboard")),
        "queries": {each["Name"]: _query(each) for each in stack.of("Logs::QueryDefinition")},
        "mail": _mail(stack),
    }


def _topics(stack: TemplateFacts) -> list[str]:
    """The names of those that alarms ring on; the template has others."""
    ringing = {topic for alarm in stack.of("CloudWatch::Alarm") for topic in alarm["AlarmActions"]}
    named = {stack.resolve({"Ref": each}): stack.raw(each)["TopicName"] for each in stack.ids("SNS::Topic")}
    return [name for topic, name in named.items() if topic in ringing]


def _mail(stack: TemplateFacts) -> str:
    """The address that subscribes to each of them; it may be empty."""
    (address,) = {each["Endpoint"] for each in stack.of("SNS::Subscription") if each["Protocol"] == "email"}
    return str(address)


def _alarm(made: Resource) -> Resource:
    return {
        "name": made["AlarmName"],
        "about": made["AlarmDescription"],
        "comparison": made["ComparisonOperator"],
        "threshold": made["Threshold"],
        "periods": made["EvaluationPeriods"],
        "missing_data": made["TreatMissingData"],
        "topics": made["AlarmActions"],
        "figure": None if "Metrics" in made else _figure(made) | _read(made),
        "expression": _expression(made),
        "figures": {each["Id"]: _part(each["MetricStat"]) for each in _parts(made)},
    }


def _figure(metric: Resource) -> Resource:
    return {
        "namespace": metric["Namespace"],
        "metric": metric["MetricName"],
        "dimensions": {each["Name"]: each["Value"] for each in metric.get("Dimensions", [])},
    }


def _read(metric: Resource) -> Resource:
    return {
        "statistic": metric.get("Statistic", metric.get("ExtendedStatistic")),
        "few_samples": metric.get("EvaluateLowSampleCountPercentile"),
        "period_seconds": metric["Period"],
    }


def _part(made: Resource) -> Resource:
    return _figure(made["Metric"]) | {"statistic": made["Stat"], "period_seconds": made["Period"]}


def _parts(made: Resource) -> list[Resource]:
    return [each for each in made.get("Metrics", []) if "MetricStat" in each]


def _expression(made: Resource) -> str | None:
    """The expression that combines several metrics."""
    return next((each["Expression"] for each in made.get("Metrics", []) if "Expression" in each), None)


def _dashboard(made: Resource) -> Resource:
    return {"name": made["DashboardName"], "body": made["DashboardBody"]}


def _query(made: Resource) -> Resource:
    return {"log_groups": made["LogGroupNames"], "text": made["QueryString"]}
