"""The sender of mail, and the way back of what becomes of one: configuration set, topic, queue."""

from __future__ import annotations

from tradewind_tools.blueprint.messaging import FEEDBACK_QUEUE, MAIL, MAIL_EVENTS, MAIL_FEEDBACK
from tradewind_tools.exports.cloudformation.messaging import queue_id, queue_policy
from tradewind_tools.exports.cloudformation.names import (
    Resource,
    Resources,
    StageNames,
    Value,
    arn,
    logical_id,
    ref,
    resource,
    sub,
)

CONFIGURATION_SET = "MailConfigurationSet"

_TOPIC = logical_id(MAIL_FEEDBACK, "Topic")
_TOPIC_POLICY = f"{_TOPIC}Policy"


def sender(stage: StageNames) -> Resources:
    return {
        "MailIdentity": resource("SES::EmailIdentity", EmailIdentity=ref("MailFrom")),
        CONFIGURATION_SET: _configuration_set(stage),
        _TOPIC: resource("SNS::Topic", TopicName=stage.of(MAIL_FEEDBACK)),
        _TOPIC_POLICY: _topic_policy(stage),
        logical_id(FEEDBACK_QUEUE, "Subscription"): _subscription(),
        logical_id(FEEDBACK_QUEUE, "Policy"): queue_policy(FEEDBACK_QUEUE, "sns.amazonaws.com", [ref(_TOPIC)]),
        "MailEvents": _event_destination(),
    }


def configuration_set_arn(stage: StageNames) -> Value:
    """From the name, like that of a state machine: IAM and topics ask for it, and SES gives only the name."""
    return sub(f"arn:${{AWS::Partition}}:ses:${{AWS::Region}}:${{AWS::AccountId}}:configuration-set/{stage.of(MAIL)}")


def _configuration_set(stage: StageNames) -> Resource:
    """SES itself sends nothing more to whom it knows to bounce or complain, whatever the account says of that."""
    return resource(
        "SES::ConfigurationSet",
        Name=stage.of(MAIL),
        SuppressionOptions={"SuppressedReasons": [event.upper() for event in MAIL_EVENTS]},
    )


def _topic_policy(stage: StageNames) -> Resource:
    """Only SES may publish, what becomes of the stage's own mails.

    https://docs.aws.amazon.com/ses/latest/dg/event-publishing-add-event-destination-sns.html
    """
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "ses.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": ref(_TOPIC),
        "Condition": {
            "StringEquals": {"aws:SourceAccount": ref("AWS::AccountId"), "aws:SourceArn": configuration_set_arn(stage)}
        },
    }
    return resource(
        "SNS::TopicPolicy", Topics=[ref(_TOPIC)], PolicyDocument={"Version": "2012-10-17", "Statement": [statement]}
    )


def _subscription() -> Resource:
    """The queue gets SES's own words: raw, without the topic's envelope.

    https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html
    """
    return resource(
        "SNS::Subscription",
        TopicArn=ref(_TOPIC),
        Protocol="sqs",
        Endpoint=arn(queue_id(FEEDBACK_QUEUE)),
        RawMessageDelivery=True,
    )


def _event_destination() -> Resource:
    """SES tries the topic when it is connected: so its policy comes first."""
    made = resource(
        "SES::ConfigurationSetEventDestination",
        ConfigurationSetName=ref(CONFIGURATION_SET),
        EventDestination={
            "Name": MAIL_FEEDBACK,
            "Enabled": True,
            "MatchingEventTypes": list(MAIL_EVENTS),
            "SnsDestination": {"TopicARN": ref(_TOPIC)},
        },
    )
    return {**made, "DependsOn": _TOPIC_POLICY}
