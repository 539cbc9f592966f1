"""Limits on everything, in one place; the units stand last in each name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

STAGE_RATE_PER_SECOND: Final = 10_000
STAGE_BURST_REQUESTS: Final = 5_000
AUTHORIZER_CACHE_SECONDS: Final = 300
CORS_PREFLIGHT_SECONDS: Final = 86_400
RETRY_AFTER_SECONDS: Final = 1
"""The Retry-After of a throttled request: API Gateway's bucket refills within a second."""

CACHED_OPERATIONS: Final = ("product-list", "product-get", "product-list-category")
"""Public reads that API Gateway may answer by itself, where a stage pays for a cache."""
CACHE_SECONDS: Final = 300
CACHE_GB: Final = "0.5"
"""API Gateway's smallest cache, as it spells it."""


@dataclass(frozen=True, slots=True)
class UsagePlan:
    """How many requests the owner of an API key may send."""

    name: str
    rate_per_second: int
    burst_requests: int
    quota_requests_per_month: int


USAGE_PLANS: Final = (UsagePlan("free", 100, 200, 100_000), UsagePlan("premium", 1_000, 2_000, 10_000_000))

LOG_RETENTION_DAYS: Final = 30
ARCHIVE_RETENTION_DAYS: Final = 30

ROTATION_DAYS: Final = 30
"""How long a key signs. What it signed is valid until the next rotation, so at least as long again."""

WAF_REQUESTS_PER_ADDRESS: Final = 2_000
WAF_WINDOW_SECONDS: Final = 300
"""Over how long an address's requests are counted; the web ACL looks every half minute."""

RUN_SECONDS: Final = 300
"""How long an Express run of a state machine may last.

https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html
"""
RUN_MARGIN_SECONDS: Final = 10
"""How much longer the function may that awaits one."""

MEMORY_MB: Final = 256
WAITING_MB: Final = 128
"""For a function that mostly waits for another service, and pays for its memory meanwhile."""
TIMEOUT_SECONDS: Final = 10

QUEUE_RECEIVES: Final = 5
"""How often a message is delivered before it is dead-lettered."""
QUEUE_CONCURRENCY: Final = 5
"""Batches of one queue that are handled at the same time: a burst waits in the queue, and leaves room for others."""
CHECKOUT_CONCURRENCY: Final = 50
"""Orders that go through the checkout at the same time, each in two functions; a setting. A tenth of Lambda's 1,000."""
LOCAL_CHECKOUT_CONCURRENCY: Final = 3
"""The same in the local cloud, which has as many workers for a function."""
SENDERS_CONCURRENCY: Final = 2
"""The same where a service with a rate limit is called; Lambda's own minimum."""
MAIL_QUEUE_SECONDS: Final = 5
"""How long the first mail waits for others: they are sent by one call, and nobody sees a mail come so much later."""
PATIENT_QUEUE_SECONDS: Final = 20
"""How long the first message waits for others where no customer waits for the result."""
QUEUE_VISIBILITY_TIMEOUTS: Final = 6
"""A message stays hidden for six timeouts of its consumer, as AWS advises for event source mappings."""
QUEUE_RETENTION_SECONDS: Final = 4 * 86_400
DEAD_LETTER_RETENTION_SECONDS: Final = 14 * 86_400
STREAM_RETRIES: Final = 20
STREAM_RECORD_AGE_SECONDS: Final = 3_600
RULE_RETRIES: Final = 20
RULE_EVENT_AGE_SECONDS: Final = 3_600

STACK_RESOURCES: Final = 500
"""CloudFormation's own limit, as are the next three.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""
STACK_PARAMETERS: Final = 200
STACK_OUTPUTS: Final = 200
NESTED_RESOURCES: Final = 2_500
"""The resources that all nested stacks together may create, change or delete in one operation."""
API_PATHS: Final = 300
"""The paths of a REST API, the root among them; AWS raises it on request.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
"""
ROLE_POLICY_CHARACTERS: Final = 10_240
"""IAM's own limit for the policies that stand in a role."""
OPERATIONS_OF_A_ROLE: Final = 60
"""So many functions API Gateway calls by one role: some ninety names fill its policies."""
MANAGED_POLICY_CHARACTERS: Final = 6_144
"""IAM's own limit for a policy of its own."""
TEMPLATE_BYTES: Final = 1_000_000
"""CloudFormation's own limit for a template in S3."""
