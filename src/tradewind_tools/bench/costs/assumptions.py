"""What cannot be counted on a laptop, each with its reason. Everything else is measured."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

FULL_CPU_MB: Final = 1769
"""Lambda gives a function one whole CPU at this size, and a share of it below."""

ROUND_TRIP_MS: Final = 5
"""What a function waits for DynamoDB in its own region, each time."""

WAITING_MS: Final = {
    "stream-processor": 15,
    "email-sender": 60,
    "checkout-process-payment": 800,
}
"""What a call of these waits for others besides: EventBridge, SES, and Stripe, which takes most of a second."""

COLD_STARTS: Final = Decimal("0.01")
"""How many calls begin with an initialisation, which is billed."""
INITIALISATION_MS: Final = 150

TRANSITION_MS: Final = 10
"""What the state machine itself takes between two steps."""
EXPRESS_MEMORY_GB: Final = Decimal("0.0625")
"""Express runs are billed in chunks of 64 MB; ours fits in one."""

IDLE_POLLS_A_MONTH: Final = 5 * 3 * 60 * 24 * 30
"""Lambda asks each queue with five long polls of 20 s at a time, whether there is anything or not."""

SAMPLED_TRACES: Final = Decimal("0.05")
"""X-Ray records the first request of each second and five in a hundred of the others."""
TRACES_A_SECOND: Final = 1

JOB_GB_SECONDS: Final = Decimal("0.05")
JOB_READ_UNITS: Final = 4
"""A run of a job that finds nothing to do: it asks four shards of an index."""
