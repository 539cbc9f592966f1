"""What services may do to each other, which no local cloud enforces: each arrow has its permission, no other one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

Template = dict[str, Any]

EVENTS, CLOUDWATCH = "events.amazonaws.com", "cloudwatch.amazonaws.com"
SES, SNS = "ses.amazonaws.com", "sns.amazonaws.com"
RECEIVING = {"sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"}
READING = {"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"}


class Arrow(NamedTuple):
    """A service calls `target` on behalf of `source`; both are logical ids."""

    service: str
    target: str
    source: str


def of_kind(template: Template, kind: str) -> dict[str, Template]:
    found = template["Resources"].items()
    return {name: each["Properties"] for name, each in found if each["Type"] == f"AWS::{kind}"}


def named(reference: Template) -> str:
    """The logical id that a `Ref` or a `Fn::GetAtt` names."""
    return str(reference["Ref"] if "Ref" in reference else reference["Fn::GetAtt"][0])


def statements(template: Template, role: str) -> list[Template]:
    [policy] = template["Resources"][role]["Properties"]["Policies"]
    return list(policy["PolicyDocument"]["Statement"])


def actions(statement: Template) -> set[str]:
    return {statement["Action"]} if isinstance(statement["Action"], str) else set(statement["Action"])


def targets(statement: Template) -> set[str]:
    listed = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
    return {named(each) for each in listed}


def drawn(template: Template) -> Iterator[Arrow]:
    """Every arrow that a rule, a subscription, a rotation or an alarm draws."""
    for rule, made in of_kind(template, "Events::Rule").items():
        for target in made["Targets"]:
            yield Arrow(EVENTS, named(target["DeadLetterConfig"]["Arn"]), rule)
            yield Arrow(EVENTS, named(target["Arn"]), rule)
    for made in of_kind(template, "SNS::Subscription").values():
        if made["Protocol"] == "sqs":
            yield Arrow(SNS, named(made["Endpoint"]), named(made["TopicArn"]))
    for made in of_kind(template, "SecretsManager::RotationSchedule").values():
        yield Arrow("secretsmanager.amazonaws.com", named(made["RotationLambdaARN"]), named(made["SecretId"]))


def permitted(template: Template) -> Iterator[Arrow]:
    """Every arrow that a queue's policy or a function's permission lets pass."""
    for made in of_kind(template, "Lambda::Permission").values():
        assert made["Action"] == "lambda:InvokeFunction"
        yield Arrow(made["Principal"], named(made["FunctionName"]), named(made["SourceArn"]))
    for made in of_kind(template, "SQS::QueuePolicy").values():
        [statement], [queue] = made["PolicyDocument"]["Statement"], made["Queues"]
        assert (statement["Action"], statement["Effect"]) == ("sqs:SendMessage", "Allow")
        assert targets(statement) == {named(queue)}
        for source in statement["Condition"]["ArnEquals"]["aws:SourceArn"]:
            yield Arrow(statement["Principal"]["Service"], named(queue), named(source))


def roles_in_use(template: Template) -> Iterator[tuple[str, str]]:
    """Each role with the service that takes it on."""
    for made in of_kind(template, "Lambda::Function").values():
        yield named(made["Role"]), "lambda.amazonaws.com"
    for made in of_kind(template, "ApiGateway::Method").values():
        if "Credentials" in made["Integration"]:
            yield named(made["Integration"]["Credentials"]), "apigateway.amazonaws.com"
    for made in of_kind(template, "ApiGateway::Authorizer").values():
        yield named(made["AuthorizerCredentials"]), "apigateway.amazonaws.com"
    for made in of_kind(template, "StepFunctions::StateMachine").values():
        yield named(made["RoleArn"]), "states.amazonaws.com"


def test_every_arrow_has_a_permission_and_every_permission_an_arrow(template: Template) -> None:
    wanted, allowed = list(drawn(template)), list(permitted(template))
    assert sorted(set(wanted)) == sorted(allowed)


def topic_policy(template: Template, service: str) -> tuple[set[str], Template]:
    """The topics that the service may publish to, and the statement that says so."""
    policies = [
        (made, statement)
        for made in of_kind(template, "SNS::TopicPolicy").values()
        for statement in made["PolicyDocument"]["Statement"]
        if statement["Principal"] == {"Service": service}
    ]
    [(made, statement)] = policies
    assert targets(statement) == {named(each) for each in made["Topics"]}
    return targets(statement), statement


def test_every_topic_has_one_publisher(template: Template) -> None:
    of_alarms, of_mail = (topic_policy(template, service)[0] for service in (CLOUDWATCH, SES))
    assert of_alarms | of_mail == set(of_kind(template, "SNS::Topic"))
    assert of_alarms & of_mail == set()


def test_only_ses_may_publish_what_becomes_of_the_own_mails(template: Template) -> None:
    topics, statement = topic_policy(template, SES)
    [destination] = of_kind(template, "SES::ConfigurationSetEventDestination").values()
    [configuration_set] = of_kind(template, "SES::ConfigurationSet").values()
    assert {named(destination["EventDestination"]["SnsDestination"]["TopicARN"])} == topics
    allowed = statement["Condition"]["StringEquals"]
    assert allowed["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}
    assert allowed["aws:SourceArn"]["Fn::Sub"].endswith(f":configuration-set/{configuration_set['Name']}")


def test_only_alarms_may_publish_to_their_topics(template: Template) -> None:
    topics, statement = topic_policy(template, CLOUDWATCH)
    assert actions(statement) == {"sns:Publish"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    used = {named(each) for alarm in of_kind(template, "CloudWatch::Alarm").values() for each in alarm["AlarmActions"]}
    assert topics == used


def test_role_trusts_only_the_service_that_uses_it(template: Template) -> None:
    trusted = {}
    for role, made in of_kind(template, "IAM::Role").items():
        [statement] = made["AssumeRolePolicyDocument"]["Statement"]
        assert (statement["Action"], statement["Effect"]) == ("sts:AssumeRole", "Allow")
        assert list(statement["Principal"]) == ["Service"]
        trusted[role] = statement["Principal"]["Service"]
    assert trusted == dict(roles_in_use(template))


def test_only_the_starter_may_run_the_state_machine(template: Template) -> None:
    """By the machine's name: its steps' environment names it, too, and a reference would run in a circle."""
    [machine] = of_kind(template, "StepFunctions::StateMachine").values()
    arn = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:" + machine["StateMachineName"]
    running = {
        role: (actions(statement), statement["Resource"])
        for role in of_kind(template, "IAM::Role")
        for statement in statements(template, role)
        if any(action.startswith("states:") for action in actions(statement))
    }
    assert running == {"CheckoutStarterRole": ({"states:StartSyncExecution"}, {"Fn::Sub": arn})}
    environments = [made["Environment"]["Variables"] for made in of_kind(template, "Lambda::Function").values()]
    assert all(variables["STATE_MACHINE_ARN"] == {"Fn::Sub": arn} for variables in environments)


def test_state_machine_may_invoke_only_its_steps(template: Template) -> None:
    [machine] = of_kind(template, "StepFunctions::StateMachine").values()
    calling = [
        each
        for each in statements(template, named(machine["RoleArn"]))
        if "Resource" in each and each["Resource"] != "*"
    ]
    [statement] = calling
    assert actions(statement) == {"lambda:InvokeFunction"}
    assert targets(statement) == {named(step) for step in machine["DefinitionSubstitutions"].values()}


@pytest.mark.parametrize("reading", [RECEIVING, READING], ids=["queues", "stream"])
def test_consumer_may_read_its_event_source(template: Template, reading: set[str]) -> None:
    """What else may receive are the functions that look after dead letters, and those are no source of anybody."""
    service = next(iter(reading)).partition(":")[0]
    mapped = {
        (named(functions[named(made["FunctionName"])]["Role"]), named(made["EventSourceArn"]))
        for functions in [of_kind(template, "Lambda::Function")]
        for made in of_kind(template, "Lambda::EventSourceMapping").values()
        if (made["EventSourceArn"]["Fn::GetAtt"][1] == "Arn") == (service == "sqs")
    }
    sources = {source for _, source in mapped}
    assert mapped
    assert mapped == {
        (role, target)
        for role in of_kind(template, "IAM::Role")
        for statement in statements(template, role)
        if reading <= actions(statement)
        for target in targets(statement) & sources
    }
