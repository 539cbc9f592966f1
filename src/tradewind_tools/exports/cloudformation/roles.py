"""Roles: one for each function, with exactly what its line in the blueprint grants."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from tradewind_tools.blueprint.messaging import DEAD_LETTER_QUEUES, JOB_FAILURES, QUEUES
from tradewind_tools.blueprint.model import Function, QueueSource, Rotation, StreamSource
from tradewind_tools.blueprint.permissions import (
    BusGrant,
    DeadLetterGrant,
    Grant,
    MailGrant,
    SecretGrant,
    StateMachineGrant,
    StreamGrant,
    TableGrant,
    TextGrant,
)
from tradewind_tools.exports.cloudformation.logs import LOGS
from tradewind_tools.exports.cloudformation.mail import configuration_set_arn
from tradewind_tools.exports.cloudformation.messaging import BUS, machine_arn, queue_id
from tradewind_tools.exports.cloudformation.names import Resource, StageNames, Value, arn, ref, resource, sub
from tradewind_tools.exports.cloudformation.storage import TABLE, secret_id

INDEX_PARTITIONS = "IndexPartitions"
"""The setting that lets functions query any partition of an index of theirs: `*`, or `none`."""

TRACE: Value = {
    "Effect": "Allow",
    "Action": ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
    "Resource": "*",
}
"""X-Ray has no resources to name."""

_INSPECTION = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ReceiveMessage"]
_QUEUE_ACTIONS = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
_STREAM: Value = {"Fn::GetAtt": [TABLE, "StreamArn"]}
_STREAM_READS = ["dynamodb:GetRecords", "dynamodb:GetShardIterator"]
_STREAM_ACTIONS = ["dynamodb:DescribeStream", *_STREAM_READS]
_ROTATION = [
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetSecretValue",
    "secretsmanager:PutSecretValue",
    "secretsmanager:UpdateSecretVersionStage",
]
_LOG_WRITES: Value = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": arn(LOGS)}
_LIST_STREAMS: Value = {"Effect": "Allow", "Action": "dynamodb:ListStreams", "Resource": "*"}
"""Lambda wants it of every stream's consumer, and it has no resources to name."""


def role_of(function: Function, stage: StageNames) -> Resource:
    """IAM names are global, so CloudFormation makes them: a stage may stand in two regions."""
    statements = [*_grants(function.grants, stage), *_consumption(function), _LOG_WRITES, TRACE]
    return role("lambda.amazonaws.com", statements)


def role(service: str, statements: list[Value]) -> Resource:
    return resource(
        "IAM::Role",
        AssumeRolePolicyDocument=policy_document(
            [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]
        ),
        Policies=[{"PolicyName": "least", "PolicyDocument": policy_document(statements)}],
    )


def allow(actions: str | list[str], resources: Value) -> Resource:
    return {"Effect": "Allow", "Action": actions, "Resource": resources}


def policy_document(statements: list[Value]) -> Resource:
    return {"Version": "2012-10-17", "Statement": statements}


def _grants(grants: Iterable[Grant], stage: StageNames) -> list[Value]:
    table = [grant for grant in grants if isinstance(grant, TableGrant)]
    dead = [grant for grant in grants if isinstance(grant, DeadLetterGrant)]
    mail = [grant for grant in grants if isinstance(grant, MailGrant)]
    others = [grant for grant in grants if not isinstance(grant, TableGrant | DeadLetterGrant | MailGrant)]
    return [
        *_table_statements(table, stage),
        *(statement for grant in dead for statement in _dead_letter_statements(grant)),
        *(statement for _ in mail for statement in _mail_statements(stage)),
        *(_statement(grant, stage) for grant in others),
    ]


def _dead_letter_statements(grant: DeadLetterGrant) -> list[Value]:
    """A job that could not be started runs again by itself: its letter is looked at, and never sent back."""
    if not grant.redrive:
        return [allow(_INSPECTION, [arn(queue_id(name)) for name in DEAD_LETTER_QUEUES])]
    dead = [arn(queue_id(name)) for name in DEAD_LETTER_QUEUES if name != JOB_FAILURES]
    sources = [arn(queue_id(queue.name)) for queue in QUEUES]
    return [allow([*_INSPECTION, "sqs:DeleteMessage"], dead), allow(["sqs:GetQueueUrl", "sqs:SendMessage"], sources)]


def _statement(
    grant: BusGrant | TextGrant | SecretGrant | StreamGrant | StateMachineGrant, stage: StageNames
) -> Resource:
    match grant:
        case BusGrant():
            return allow("events:PutEvents", arn(BUS))
        case TextGrant():
            return _sms_statement()
        case StreamGrant():
            return allow(_STREAM_READS, _STREAM)
        case StateMachineGrant(machine):
            return allow("states:StartSyncExecution", machine_arn(machine, stage))
        case SecretGrant(purpose):
            return allow("secretsmanager:GetSecretValue", ref(secret_id(purpose)))


def _mail_statements(stage: StageNames) -> list[Value]:
    """Whichever identity is verified, the address or its domain: the sender is the shop's address.

    SES asks for the configuration set beside the identity, where a mail names one.
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsimpleemailservicev2.html
    """
    identities = sub("arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/*")
    sender = {"StringEquals": {"ses:FromAddress": ref("MailFrom")}}
    of_the_shop = {**allow("ses:SendEmail", identities), "Condition": sender}
    return [of_the_shop, allow("ses:SendEmail", configuration_set_arn(stage))]


def _sms_statement() -> Resource:
    """A telephone is no resource that a policy could name: so everything but topics."""
    topics = sub("arn:${AWS::Partition}:sns:*:*:*")
    return {"Effect": "Allow", "Action": "sns:Publish", "NotResource": topics}


def _table_statements(grants: Iterable[TableGrant], stage: StageNames) -> list[Value]:
    """One statement for the actions that share all their partitions.

    All partitions of an action stand together: what one BatchGetItem asks for, one statement must allow.
    """
    partitions: dict[tuple[str | None, str], set[str]] = defaultdict(set)
    for grant in grants:
        partitions[grant.index, grant.action].update(grant.partitions)
    actions: dict[tuple[str | None, tuple[str, ...]], list[str]] = defaultdict(list)
    for (index, action), allowed in partitions.items():
        actions[index, tuple(sorted(allowed))].append(action)
    return [
        _index_statement(index, sorted(named), allowed, stage)
        if index
        else _allow_on(arn(TABLE), sorted(named), allowed)
        for (index, allowed), named in actions.items()
    ]


def _index_statement(index: str, actions: list[str], partitions: Sequence[str], stage: StageNames) -> Resource:
    """For an index the leading key should be the index's own, as in a query's condition. AWS's page does not say so.

    It calls the key "the first key attribute of a table"; so a setting adds `*`, which lifts the condition.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
    """
    lifted = [] if stage.is_local else [ref(INDEX_PARTITIONS)]
    return _allow_on(sub(f"${{{TABLE}.Arn}}/index/{index}"), actions, [*partitions, *lifted])


def _allow_on(target: Value, actions: list[str], partitions: Sequence[Value]) -> Resource:
    leading_keys = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(partitions)}}
    return {**allow(actions, target), "Condition": leading_keys}


def _consumption(function: Function) -> list[Value]:
    match function.trigger:
        case QueueSource(queue):
            return [allow(_QUEUE_ACTIONS, arn(queue_id(queue)))]
        case StreamSource(failures=failures):
            aside = allow(["sqs:GetQueueUrl", "sqs:SendMessage"], arn(queue_id(failures)))
            return [allow(_STREAM_ACTIONS, _STREAM), _LIST_STREAMS, aside]
        case Rotation(purposes):
            return [allow(_ROTATION, [ref(secret_id(purpose)) for purpose in purposes])]
        case _:
            return []
