from __future__ import annotations

from dataclasses import replace

import pytest

from tradewind_tools.blueprint.alarms import ALARMS, METRICS_PER_ALARM, Alarm, Severity
from tradewind_tools.blueprint.dashboard import DASHBOARD
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.messaging import CHECKOUT_QUEUE, DEAD_LETTER_QUEUES, QUEUES
from tradewind_tools.blueprint.metrics import CUSTOM_METRICS, Metric, custom_metric
from tradewind_tools.blueprint.model import Rotation, Schedule

WATCHED = [metric for alarm in ALARMS for metric in alarm.metrics]
BY_NAME = {alarm.name: alarm for alarm in ALARMS}


def subjects(name: str) -> list[str]:
    return sorted(metric.subject for metric in WATCHED if metric.name == name)


def test_every_dead_letter_queue_has_an_alarm() -> None:
    assert subjects("ApproximateNumberOfMessagesVisible") == sorted([*DEAD_LETTER_QUEUES, CHECKOUT_QUEUE])


def test_every_queue_has_an_alarm_for_late_messages_or_for_many() -> None:
    """An order whose run failed waits for half an hour by design: of the checkout those count that wait for a run."""
    late = subjects("ApproximateAgeOfOldestMessage")
    assert sorted([*late, CHECKOUT_QUEUE]) == sorted(queue.name for queue in QUEUES)
    assert BY_NAME["checkout-backlog"].condition == (
        "maximum of ApproximateNumberOfMessagesVisible > 1,000 in a minute, 5 times in a row"
    )


def test_every_job_and_rotation_has_an_alarm_for_errors() -> None:
    jobs = sorted(each.name for each in FUNCTIONS if isinstance(each.trigger, Schedule | Rotation))
    assert subjects("Errors") == jobs


@pytest.mark.parametrize("name", ["OrderStuck", "OrderMismatch", "InventoryMismatch"])
def test_alarm_for_a_person_is_critical_at_the_first_case(name: str) -> None:
    [alarm] = [alarm for alarm in ALARMS if custom_metric(name) in alarm.metrics]
    assert (alarm.severity, alarm.threshold) == (Severity.CRITICAL, 0)


@pytest.mark.parametrize(
    ("name", "condition"),
    [
        ("function-errors", "FunctionError > 10 in 5 minutes"),
        ("function-throttles", "Throttles > 5 in 5 minutes"),
        ("function-duration", "p95 of Duration > 2 s in 5 minutes, 3 times in a row"),
        ("api-faults", "5XXError / Count > 1 % in 5 minutes, from 5 on"),
        ("api-refusals", "4XXError / Count > 5 % in 5 minutes, from 50 on, 3 times in a row"),
        ("api-latency", "p99 of Latency > 3 s in 5 minutes, 2 times in a row"),
        ("cold-starts", "ColdStartCount > 100 in an hour"),
        ("table-faults", "SystemErrors > 10 in 5 minutes"),
        ("table-throttles", "ReadThrottleEvents + WriteThrottleEvents > 20 in 5 minutes"),
    ],
)
def test_condition_reads_as_people_say_it(name: str, condition: str) -> None:
    assert BY_NAME[name].condition == condition


@pytest.mark.parametrize("alarm", ALARMS, ids=lambda alarm: alarm.name)
def test_alarm_keeps_the_limits_of_cloudwatch(alarm: Alarm) -> None:
    assert 1 <= len(alarm.metrics) <= METRICS_PER_ALARM
    assert len(set(alarm.metrics)) == len(alarm.metrics)
    assert len(alarm.metrics) == 2 or not alarm.share_from
    assert alarm.statistic in {"Sum", "Average", "Maximum", "p95", "p99"}
    assert alarm.period_seconds % 60 == 0
    assert alarm.period_seconds * alarm.periods <= 86_400


@pytest.mark.parametrize("alarm", ALARMS, ids=lambda alarm: alarm.name)
def test_alarm_says_what_it_means_and_what_to_do(alarm: Alarm) -> None:
    assert min(len(alarm.meaning), len(alarm.remedy)) > 20
    assert not (alarm.meaning + alarm.remedy).endswith(".")


def test_faults_need_a_number_and_a_share_to_ring() -> None:
    """One response in three at night is no emergency, nor are five in a thousand."""
    shares = {name: [metric.name for metric in alarm.metrics] for name, alarm in BY_NAME.items() if alarm.share_from}
    assert shares == {"api-faults": ["5XXError", "Count"], "api-refusals": ["4XXError", "Count"]}


@pytest.mark.parametrize("name", ["function-errors", "table-faults", "table-throttles", "checkout-failures"])
def test_what_heals_itself_does_not_ring_at_the_first_case(name: str) -> None:
    assert BY_NAME[name].threshold > 1


def test_names_are_unique() -> None:
    assert len(BY_NAME) == len(ALARMS)


def test_alarms_cost_less_than_one_for_each_function_would() -> None:
    """An alarm is paid for by its figures: $0.10 a month each."""
    assert len(WATCHED) <= len(FUNCTIONS)


def test_threshold_without_words_is_shown_as_a_number() -> None:
    assert replace(BY_NAME["stream-age"], shown_as="").condition.startswith(
        "maximum of IteratorAge > 60,000 in a minute"
    )


def test_every_custom_metric_is_on_the_dashboard() -> None:
    shown = {line.metric for chart in DASHBOARD for line in chart.lines}
    assert {each.metric for each in CUSTOM_METRICS} <= shown


def test_lines_of_a_chart_have_different_labels() -> None:
    for chart in DASHBOARD:
        labels = [line.label for line in chart.lines]
        assert len(set(labels)) == len(labels), chart.title


def test_metric_of_what_there_is_one_of_has_no_subject() -> None:
    assert (Metric("AWS/Lambda", "Errors").subject, custom_metric("OrderPlaced").subject) == ("", "")
