from __future__ import annotations

from typing import Any

import boto3
import pytest

from tradewind.aws.sdk import client_config, patient_config
from tradewind.checkout.model import LONGEST_RUN
from tradewind_tools.blueprint.functions import FUNCTIONS


def test_no_call_of_a_client_waits_long() -> None:
    config: Any = boto3.client("events", region_name="us-east-1", config=client_config()).meta.config
    attempts = config.retries["total_max_attempts"]
    assert (config.retries["mode"], attempts) == ("standard", 2)
    assert (config.connect_timeout + config.read_timeout) * attempts <= 12


def config_of_state_machines() -> Any:  # noqa: ANN401 - botocore's own
    return boto3.client("stepfunctions", region_name="us-east-1", config=patient_config()).meta.config


def test_run_of_a_state_machine_is_awaited_to_its_end_and_begun_once() -> None:
    config = config_of_state_machines()
    (starter,) = (each for each in FUNCTIONS if each.name == "checkout-starter")
    assert LONGEST_RUN.total_seconds() < config.read_timeout < starter.timeout_seconds - config.connect_timeout
    assert config.retries["total_max_attempts"] == 1


@pytest.mark.parametrize("endpoint", [None, "http://localhost:4566"])
def test_host_of_synchronous_runs_has_its_prefix_unless_an_endpoint_is_given(
    monkeypatch: pytest.MonkeyPatch, endpoint: str | None
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    if endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    assert config_of_state_machines().inject_host_prefix is (endpoint is None)
