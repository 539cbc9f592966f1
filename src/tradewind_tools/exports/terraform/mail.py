"""The sender of mail, and where SES says what became of one."""

from __future__ import annotations

from tradewind_tools.exports.cloudformation.names import Resource
from tradewind_tools.exports.terraform.template_facts import TemplateFacts


def facts_of(stack: TemplateFacts) -> Resource:
    made = stack.only("SES::ConfigurationSet")
    return {
        "identity": stack.only("SES::EmailIdentity")["EmailIdentity"],
        "configuration_set": made["Name"],
        "suppressed_reasons": made["SuppressionOptions"]["SuppressedReasons"],
        "feedback": _feedback(stack, stack.only("SES::ConfigurationSetEventDestination")["EventDestination"]),
    }


def _feedback(stack: TemplateFacts, destination: Resource) -> Resource:
    topic = destination["SnsDestination"]["TopicARN"]
    (subscription,) = (each for each in stack.of("SNS::Subscription") if each["TopicArn"] == topic)
    name = topic.rpartition(":")[2]
    return {
        "name": destination["Name"],
        "enabled": destination["Enabled"],
        "events": [event.upper() for event in destination["MatchingEventTypes"]],
        "topic": name,
        "statements": stack.topic_statements(name),
        "queue": subscription["Endpoint"],
        "raw": subscription["RawMessageDelivery"],
    }
