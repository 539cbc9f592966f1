from __future__ import annotations

from typing import Any

import boto3

from tradewind.aws.sdk import client_config


def test_no_call_of_a_client_waits_long() -> None:
    config: Any = boto3.client("events", region_name="us-east-1", config=client_config()).meta.config
    attempts = config.retries["total_max_attempts"]
    assert (config.retries["mode"], attempts) == ("standard", 2)
    assert (config.connect_timeout + config.read_timeout) * attempts <= 12
