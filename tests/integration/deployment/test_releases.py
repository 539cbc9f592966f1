"""Releases of real functions: aliases, alarms and the record are those of the local cloud."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import boto3
import pytest
from tests.integration.deployment.functions import Functions

from tradewind_tools.deployment import commands
from tradewind_tools.deployment.bootstrap import make_state_bucket
from tradewind_tools.deployment.errors import NoTerminal, NothingToTakeBack, RolledBack, TakenOver
from tradewind_tools.deployment.records import S3Records
from tradewind_tools.deployment.release import Phase, Pointer
from tradewind_tools.deployment.shift import Shift, Timepiece
from tradewind_tools.deployment.stage import Canary, Stage
from tradewind_tools.deployment.stage_access import StageAccess
from tradewind_tools.deployment.traffic import client

NAMES = ("tradewind-dev-cart-get", "tradewind-dev-order-create", "tradewind-dev-status")
CANARY = Canary(first_percent=10, watch_minutes=0.5)
ALARM = "tradewind-dev-api-faults"


@pytest.fixture
def functions(session: boto3.Session, stage: Stage) -> Iterator[Functions]:
    make_state_bucket(session.client("s3"), stage)
    made = Functions(session, *NAMES)
    yield made
    made.remove()
    client(session, "cloudwatch").delete_alarms(AlarmNames=[ALARM])


def shift(meanwhile: Callable[[], None] = lambda: None) -> Shift:
    """The stage's own, as the commands make it, but without waiting."""

    def wait(_: float) -> None:
        meanwhile()

    return replace(StageAccess.enter("dev").shift(), time=Timepiece(wait=wait))


def ring(session: boto3.Session) -> None:
    """Make faults until the alarm of the blueprint's name rings."""
    cloudwatch = client(session, "cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName=ALARM,
        Namespace="Tests",
        MetricName="Faults",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
    )
    cloudwatch.put_metric_data(Namespace="Tests", MetricData=[{"MetricName": "Faults", "Value": 1}])


def test_changed_functions_get_a_part_of_the_traffic_then_all(functions: Functions) -> None:
    latest_versions = functions.publish(*NAMES[:2], saying="two")
    seen: list[dict[str, Pointer]] = []

    release = shift(lambda: seen.append(functions.read_pointers())).forward(latest_versions, "c0ffee", CANARY)

    part = Pointer("1", "2", 0.1)
    assert seen == [{NAMES[0]: part, NAMES[1]: part, NAMES[2]: Pointer("1")}] * 2
    assert functions.answers() == {NAMES[0]: "two", NAMES[1]: "two", NAMES[2]: "one"}
    assert release
    assert release.phase is Phase.LIVE


def test_ringing_alarm_shifts_the_traffic_back(functions: Functions, session: boto3.Session) -> None:
    latest_versions = functions.publish(*NAMES, saying="broken")
    with pytest.raises(RolledBack, match=ALARM):
        shift(lambda: ring(session)).forward(latest_versions, "c0ffee", CANARY)
    assert functions.read_pointers() == dict.fromkeys(NAMES, Pointer("1"))
    assert set(functions.answers().values()) == {"one"}


def test_rollback_command_works_once(functions: Functions, capsys: pytest.CaptureFixture[str]) -> None:
    shift().forward(functions.publish(*NAMES[:2], saying="two"), "c0ffee", CANARY)

    commands.rollback("dev", yes=True)
    assert "tradewind-dev-cart-get: back to version 1 from 2" in capsys.readouterr().err
    assert set(functions.answers().values()) == {"one"}

    with pytest.raises(NothingToTakeBack, match="There is no release of dev to take back"):
        commands.rollback("dev", yes=True)


def test_rollback_command_of_another_commit_changes_nothing(
    functions: Functions, capsys: pytest.CaptureFixture[str]
) -> None:
    shift().forward(functions.publish(*NAMES, saying="two"), "c0ffee", CANARY)
    commands.rollback("dev", yes=True, of="cafe")
    assert "There is no release of cafe to take back." in capsys.readouterr().err
    assert set(functions.answers().values()) == {"two"}


def test_rollback_command_without_a_terminal_is_refused(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    shift().forward(functions.publish(*NAMES, saying="two"), "c0ffee", CANARY)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(NoTerminal):
        commands.rollback("dev")
    assert set(functions.answers().values()) == {"two"}


def test_second_writer_of_the_record_is_refused(functions: Functions, session: boto3.Session, stage: Stage) -> None:
    release = shift().forward(functions.publish(*NAMES, saying="two"), "c0ffee", CANARY)
    assert release
    ours, theirs = (S3Records(session.client("s3"), stage) for _ in range(2))
    assert ours.last() == theirs.last() == release
    ours.write(release.become(Phase.LIVE, datetime.now(UTC)))
    with pytest.raises(TakenOver):
        theirs.write(release)
    ours.forget()
    assert theirs.last() is None
