"""Limits on everything, in one place; the units stand last in each name."""

from __future__ import annotations

from typing import Final

STAGE_RATE_PER_SECOND: Final = 10_000
STAGE_BURST_REQUESTS: Final = 5_000
AUTHORIZER_CACHE_SECONDS: Final = 300
CORS_PREFLIGHT_SECONDS: Final = 86_400
RETRY_AFTER_SECONDS: Final = 1
"""What a throttled caller is told: the bucket refills within a second."""

LOG_RETENTION_DAYS: Final = 30
ARCHIVE_RETENTION_DAYS: Final = 30

MEMORY_MB: Final = 256
TIMEOUT_SECONDS: Final = 10

QUEUE_RECEIVES: Final = 5
"""How often a message is delivered before it is dead-lettered."""
QUEUE_VISIBILITY_TIMEOUTS: Final = 6
"""A message stays hidden for six timeouts of its consumer, as AWS advises for event source mappings."""
QUEUE_RETENTION_SECONDS: Final = 4 * 86_400
DEAD_LETTER_RETENTION_SECONDS: Final = 14 * 86_400
STREAM_RETRIES: Final = 20
STREAM_RECORD_AGE_SECONDS: Final = 3_600
RULE_RETRIES: Final = 20
RULE_EVENT_AGE_SECONDS: Final = 3_600

EXPRESS_RUN_SECONDS: Final = 300
"""Step Functions' own limit: an Express run that lasts longer is cut off."""

STACK_RESOURCES: Final = 500
"""CloudFormation's own limit."""
STACK_RESOURCES_TO_SPARE: Final = 25
"""What five new operations take."""
ROLE_POLICY_CHARACTERS: Final = 10_240
"""IAM's own limit for the policies that stand in a role."""
TEMPLATE_BYTES: Final = 1_000_000
"""CloudFormation's own limit for a template in S3."""
