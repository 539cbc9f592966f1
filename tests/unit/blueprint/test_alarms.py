from __future__ import annotations

from dataclasses import replace

import pytest

from tradewind_tools.blueprint.alarms import ALARMS, FIGURES_PER_ALARM, Alarm, Severity
from tradewind_tools.blueprint.dashboard import DASHBOARD
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.messaging import DEAD_LETTER_QUEUES, QUEUES
from tradewind_tools.blueprint.metrics import OWN, Metric, own
from tradewind_tools.blueprint.model import Rotating, Schedule

WATCHED = [figure for alarm in ALARMS for figure in alarm.figures]
BY_NAME = {alarm.name: alarm for alarm in ALARMS}


def subjects(metric: str) -> list[str]:
    return sorted(figure.subject for figure in WATCHED if figure.name == metric)


def test_every_dead_letter_rings() -> None:
    assert subjects("ApproximateNumberOfMessagesVisible") == sorted(DEAD_LETTER_QUEUES)


def test_every_queue_that_is_late_rings() -> None:
    assert subjects("ApproximateAgeOfOldestMessage") == sorted(queue.name for queue in QUEUES)


def test_every_job_and_rotation_that_fails_rings() -> None:
    jobs = sorted(each.name for each in FUNCTIONS if isinstance(each.trigger, Schedule | Rotating))
    assert [subject for subject in subjects("Errors") if subject] == jobs


@pytest.mark.parametrize("name", ["OrderStuck", "OrderMismatch", "InventoryMismatch"])
def test_what_only_a_person_can_put_right_wakes_one(name: str) -> None:
    [alarm] = [alarm for alarm in ALARMS if own(name) in alarm.figures]
    assert (alarm.severity, alarm.threshold) == (Severity.CRITICAL, 0)


@pytest.mark.parametrize(
    ("name", "condition"),
    [
        ("function-errors", "Errors > 10 in 5 minutes"),
        ("function-throttles", "Throttles > 5 in 5 minutes"),
        ("function-duration", "p95 of Duration > 2 s in 5 minutes, 3 times in a row"),
        ("api-faults", "average of 5XXError > 1 % in 5 minutes"),
        ("api-refusals", "average of 4XXError > 5 % in 5 minutes, 3 times in a row"),
        ("api-latency", "p99 of Latency > 3 s in 5 minutes, 2 times in a row"),
        ("cold-starts", "ColdStartCount > 100 in an hour"),
        ("table-faults", "SystemErrors > 0 in 5 minutes"),
        ("table-throttles", "ReadThrottleEvents + WriteThrottleEvents > 0 in 5 minutes"),
    ],
)
def test_a_condition_reads_as_people_say_it(name: str, condition: str) -> None:
    assert BY_NAME[name].condition == condition


@pytest.mark.parametrize("alarm", ALARMS, ids=lambda alarm: alarm.name)
def test_an_alarm_keeps_cloudwatchs_limits(alarm: Alarm) -> None:
    assert 1 <= len(alarm.figures) <= FIGURES_PER_ALARM
    assert len(set(alarm.figures)) == len(alarm.figures)
    assert alarm.statistic in {"Sum", "Average", "Maximum", "p95", "p99"}
    assert alarm.period_seconds % 60 == 0
    assert alarm.period_seconds * alarm.periods <= 86_400


@pytest.mark.parametrize("alarm", ALARMS, ids=lambda alarm: alarm.name)
def test_an_alarm_says_what_it_means_and_what_to_do(alarm: Alarm) -> None:
    assert min(len(alarm.means), len(alarm.remedy)) > 20
    assert not (alarm.means + alarm.remedy).endswith(".")


def test_names_are_unique() -> None:
    assert len(BY_NAME) == len(ALARMS)


def test_alarms_cost_less_than_one_for_each_function_would() -> None:
    """An alarm is paid for by its figures: $0.10 a month each."""
    assert len(WATCHED) <= len(FUNCTIONS)


def test_a_threshold_without_words_of_its_own_is_a_number() -> None:
    assert replace(BY_NAME["stream-age"], shown_as="").condition.startswith(
        "maximum of IteratorAge > 60,000 in a minute"
    )


def test_every_own_figure_is_looked_at() -> None:
    shown = {line.metric for chart in DASHBOARD for line in chart.lines}
    assert {each.metric for each in OWN} <= shown


def test_lines_of_a_chart_are_told_apart() -> None:
    for chart in DASHBOARD:
        labels = [line.label for line in chart.lines]
        assert len(set(labels)) == len(labels), chart.title


def test_a_figure_of_one_thing_has_no_subject() -> None:
    assert (Metric("AWS/Lambda", "Errors").subject, own("OrderPlaced").subject) == ("", "")
