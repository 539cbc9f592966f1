"""The shop as one CloudFormation template, which the local cloud runs and every other dialect is made from.

AWS gets the same resources in several stacks: see `stacks`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tradewind.settings import Settings
from tradewind_tools.blueprint import limits
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.model import Function
from tradewind_tools.blueprint.table import TABLE
from tradewind_tools.exports.cloudformation import (
    api,
    functions,
    invocation,
    logs,
    mail,
    messaging,
    monitoring,
    paths,
    roles,
    rotation,
    schedules,
    storage,
    workflow,
)
from tradewind_tools.exports.cloudformation.functions import EXTENSION, HAS_EXTENSION, Code
from tradewind_tools.exports.cloudformation.names import Resource, Resources, StageNames, Value, ref, sub

__all__ = ["BASE", "MONITORING", "PATHS", "THE_API", "Code", "parts", "template"]

BASE, THE_API, PATHS, MONITORING = "base", "api", "paths", "monitoring"
"""The parts of the shop that belong to no service."""

_DEFAULTS = Settings()
_EMAIL = r"[^@\s]+@[^@\s]+\.[^@\s]+"
_ORIGIN = r"https?://[^/,\s]+"
_ADDRESS = rf"{_ORIGIN}(/\S*)?"
_LAYER = r"arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:layer:[A-Za-z0-9_-]+:[0-9]+"
_ABOUT_INDEXES = "* lets functions query any partition of an index of theirs, should IAM refuse their own; else none"
_ABOUT_EXTENSION = (
    "ARN of the layer AWS-Parameters-and-Secrets-Lambda-Extension-Arm64 in the stack's region; AWS lists them at "
    "https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html"
)


def _parameter(description: str, default: str, pattern: str = ".*") -> Resource:
    """`pattern` is for the whole value, whatever dialect of regular expressions reads it."""
    return {"Type": "String", "Description": description, "Default": default, "AllowedPattern": f"^({pattern})$"}


def _count(description: str, default: int, pattern: str = "0|[1-9][0-9]{0,5}") -> Resource:
    return _parameter(description, str(default), pattern)


_HOURS = "[1-9][0-9]{0,2}"
_SECONDS = "[6-9][0-9]|[1-9][0-9]{2,3}|[1-7][0-9]{4}|8[0-5][0-9]{3}|86[0-3][0-9]{2}|86400"
"""From a minute to a day."""
_LIMITS = {
    "AccessTokenSeconds": _count(
        "how many seconds an access token is valid, 60 to 86400", _DEFAULTS.access_token_seconds, _SECONDS
    ),
    "StaffSecondFactorRequired": _parameter(
        "whether staff and administrators without a second factor may do no more than to set one up",
        "true" if _DEFAULTS.staff_second_factor_required else "false",
        "true|false",
    ),
    "OpenOrdersLimit": _count(
        "how many unpaid orders a customer may have; 0 for any number", _DEFAULTS.open_orders_limit
    ),
    "HeldUnitsLimit": _count(
        "how many units the unpaid orders of a customer may hold in all; 0 for any number", _DEFAULTS.held_units_limit
    ),
    "PaymentAttemptsLimit": _count(
        "how many payments of a customer may be without success within an hour; 0 for any number",
        _DEFAULTS.payment_attempts_limit,
    ),
    "AddressAttemptsLimit": _count(
        "how many payments may be without success within an hour from one address; 0 for any number",
        _DEFAULTS.address_attempts_limit,
    ),
    "SignInAttemptsLimit": _count(
        "how many attempts to sign in may be wrong within an hour from one address; 0 for any number",
        _DEFAULTS.sign_in_attempts_limit,
    ),
    "LowStock": _count(
        "the inventory team is told of a product when so few units of it are available", _DEFAULTS.low_stock
    ),
    "AnswerHours": _count(
        "how many hours stock is held for a payment that answers later", _DEFAULTS.answer_hours, _HOURS
    ),
    "RetentionYears": _count(
        "how many years paid orders of a deleted account stay whole after the end of theirs, as tax law demands",
        _DEFAULTS.retention_years,
        "[0-9]|[12][0-9]|30",
    ),
    "UnverifiedAnswerHours": _count(
        "the same for customers whose email address is not verified", _DEFAULTS.unverified_answer_hours, _HOURS
    ),
}


def template(stage: str, code: Code, included: Sequence[Function] = FUNCTIONS) -> dict[str, Any]:
    """The template of a stage (`local`, `dev`, `prod` …) whose functions run `code`.

    Raises InvalidStage, and HandlerMissing when a function's code cannot be imported.
    """
    where = StageNames(stage)
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"Tradewind, a serverless shop: stage {stage}",
        "Parameters": _parameters(where),
        "Conditions": {
            HAS_EXTENSION: _is_given(EXTENSION),
            monitoring.HAS_ALARM_EMAIL: _is_given(monitoring.ALARM_EMAIL),
        },
        "Resources": _resources(included, code, where),
        "Outputs": _outputs(),
    }


def parts(included: Sequence[Function], code: Code, stage: StageNames) -> dict[str, Resources]:
    """The resources by what they belong to, `catalog-service` or a part above; all but the API's deployment."""
    services = dict.fromkeys(function.service for function in included)
    return {
        BASE: _base(included, stage),
        THE_API: api.api(included, stage),
        PATHS: api.tree(included),
        **{f"{service}-service": _service(service, included, code, stage) for service in services},
        MONITORING: monitoring.resources_of(workflow.machines(included), stage),
    }


def _resources(included: Sequence[Function], code: Code, stage: StageNames) -> Resources:
    made: Resources = {}
    for part in parts(included, code, stage).values():
        made |= part
    definition = {name: each for name, each in made.items() if each["Type"].startswith("AWS::ApiGateway::")}
    return made | api.release(definition, sorted(definition.keys() - {paths.API}))


def _base(included: Sequence[Function], stage: StageNames) -> Resources:
    """What services have in common: the table, secrets, the bus, queues, the log group, the sender of mail."""
    return {
        **storage.table(TABLE, stage),
        **storage.secrets(included, stage),
        **messaging.bus(stage),
        **messaging.queues(included, stage),
        **messaging.rules(stage),
        **schedules.failure_policy(included),
        **logs.log_group(stage),
        **mail.sender(stage),
    }


def _service(service: str, included: Sequence[Function], code: Code, stage: StageNames) -> Resources:
    own = [function for function in included if function.service == service]
    return {
        **functions.functions(own, code, stage),
        **schedules.schedules(own, stage),
        **rotation.rotations(own, stage),
        **workflow.checkout(own, stage),
        **api.operations(service, included),
    }


def _parameters(stage: StageNames) -> dict[str, Value]:
    """What takes the money and where the mail comes from has a default in the local cloud only."""
    known = {
        "Currency": _parameter("ISO 4217 code of the shop's prices", _DEFAULTS.currency, "[A-Z]{3}"),
        "CorsOrigin": _parameter(
            "the origins whose pages may read the API's answers, with commas between them, or *",
            _DEFAULTS.cors_origin,
            rf"\*|{_ORIGIN}(,{_ORIGIN})*",
        ),
        "StripeUrl": _parameter("where Stripe's API is", _DEFAULTS.stripe_url, _ADDRESS),
        "ShopName": _parameter("what the shop is called in its mail", _DEFAULTS.shop_name),
        monitoring.ALARM_EMAIL: _parameter("the address that alarms ring at; empty for none", "", f"|{_EMAIL}"),
        "CheckoutConcurrency": _parameter(
            "how many orders go through the checkout at once, 2 to 1000, each in two functions",
            str(limits.LOCAL_CHECKOUT_CONCURRENCY if stage.is_local else limits.CHECKOUT_CONCURRENCY),
            "[2-9]|[1-9][0-9]{1,2}|1000",
        ),
        "ApiUrl": _parameter(
            "where the world reaches the API, for links that mail programs call; empty for none",
            _DEFAULTS.api_url,
            f"|{_ADDRESS}",
        ),
        "ShopAddress": _parameter("where the shop has its seat, in one line, for its receipts", _DEFAULTS.shop_address),
        "InventoryMail": _parameter(
            "where the mails to the inventory team go; empty: to MailFrom", _DEFAULTS.inventory_mail, f"|{_EMAIL}"
        ),
        **_LIMITS,
        "OriginSecretSha256": _parameter(
            "SHA-256, in hex, of what the distribution in front of the API sends as x-origin-verify; empty without one",
            _DEFAULTS.origin_secret_sha256,
            "|[0-9a-f]{64}",
        ),
    }
    asked = {
        "MailFrom": _parameter("the address that the shop's mail comes from", _DEFAULTS.mail_from, _EMAIL),
        "ShopUrl": _parameter("where the shop's pages are", _DEFAULTS.shop_url, _ADDRESS),
        "PaymentProvider": _parameter("who takes the money", _DEFAULTS.payment_provider, "fake|stripe"),
        EXTENSION: _parameter(_ABOUT_EXTENSION, "", rf"|{_LAYER}"),
    }
    if stage.is_local:
        return known | asked
    lifted = _parameter(_ABOUT_INDEXES, "none", r"none|\*")
    return known | {roles.INDEX_PARTITIONS: lifted} | {name: _require(parameter) for name, parameter in asked.items()}


def _is_given(parameter: str) -> Value:
    return {"Fn::Not": [{"Fn::Equals": [ref(parameter), ""]}]}


def _require(parameter: Resource) -> Resource:
    return {name: value for name, value in parameter.items() if name != "Default"} | {"MinLength": 1}


def _outputs() -> dict[str, Value]:
    address = sub(f"https://${{{paths.API}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{invocation.STAGE}")
    return {
        "ApiUrl": {"Value": address},
        "ApiId": {"Value": ref(paths.API)},
        "TableName": {"Value": ref(storage.TABLE)},
        "BusName": {"Value": ref(messaging.BUS)},
    }
