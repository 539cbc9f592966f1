"""The table and the secrets."""

from __future__ import annotations

from tradewind_tools.exports.cloudformation.names import Resource, Value
from tradewind_tools.exports.terraform.template_facts import TemplateFacts


def table(stack: TemplateFacts) -> Resource:
    made = stack.only("DynamoDB::Table")
    return {
        "name": made["TableName"],
        "billing_mode": made["BillingMode"],
        "key": _key(made["KeySchema"]),
        "attributes": {each["AttributeName"]: each["AttributeType"] for each in made["AttributeDefinitions"]},
        "indexes": {each["IndexName"]: _index(each) for each in made["GlobalSecondaryIndexes"]},
        "stream": made["StreamSpecification"]["StreamViewType"],
        "ttl_attribute": made["TimeToLiveSpecification"]["AttributeName"],
        "point_in_time_recovery": made["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"],
        "deletion_protection": made["DeletionProtectionEnabled"],
    }


def secrets(stack: TemplateFacts) -> Resource:
    """How the first value of each secret is generated."""
    return {
        stack.short(made["Name"]): {
            "name": made["Name"],
            "length": made["GenerateSecretString"]["PasswordLength"],
            "punctuation": not made["GenerateSecretString"]["ExcludePunctuation"],
        }
        for made in stack.of("SecretsManager::Secret")
    }


def rotations(stack: TemplateFacts) -> Resource:
    """The function that rotates each secret, and after how many days; none in the local stage."""
    return {
        stack.short(stack.raw(made["SecretId"]["Ref"])["Name"]): {
            "function": stack.short(stack.raw(made["RotationLambdaARN"]["Fn::GetAtt"][0])["FunctionName"]),
            "days": made["RotationRules"]["AutomaticallyAfterDays"],
        }
        for made in map(stack.raw, stack.ids("SecretsManager::RotationSchedule"))
    }


def _index(made: Resource) -> Resource:
    return {"key": _key(made["KeySchema"]), "projection": made["Projection"]["ProjectionType"]}


def _key(schema: Value) -> Resource:
    partition, sort = (each["AttributeName"] for each in schema)
    return {"partition": partition, "sort": sort}
