"""A local cloud in AWS's place: the commands find it by the environment, as they would find AWS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from tradewind_tools.deployment import stage_access
from tradewind_tools.deployment.stage import Canary, Stage, StageFile
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.ministack.environment import CREDENTIALS, REGION

ACCOUNT = "000000000000"


@pytest.fixture(scope="session")
def cloud() -> Iterator[LocalCloud]:
    with LocalCloud() as cloud:
        yield cloud


@pytest.fixture(autouse=True)
def aws(cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    where = {**CREDENTIALS, "AWS_ENDPOINT_URL": cloud.endpoint_url, "AWS_S3_USE_PATH_STYLE": "true"}
    for name, value in where.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Stage:
    """A stage of this test's own, which the commands know as `dev`."""
    bucket = f"state-{abs(hash(request.node.nodeid))}"
    made = Stage("dev", tmp_path, StageFile(ACCOUNT, REGION, bucket, Canary(watch_minutes=0.5)))
    monkeypatch.setattr(stage_access, "find", lambda _: made)
    return made


@pytest.fixture
def session(aws: None) -> boto3.Session:
    assert aws is None
    return boto3.Session(region_name=REGION)
