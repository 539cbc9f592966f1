"""Where MiniStack is made to tell what was made as AWS would: Terraform reads back all that it wrote.

They reach into MiniStack 1.5.33, which is pinned; applying Terraform twice tells when another version differs.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from types import ModuleType
from typing import Any, TypeAlias
from xml.sax.saxutils import escape

Response: TypeAlias = tuple[int, dict[str, str], bytes]
Asked: TypeAlias = dict[str, list[str]]


def apply() -> None:
    """Make every adjustment. Call once, before the first request."""
    from ministack.services import apigateway_v1, cloudwatch, secretsmanager, stepfunctions  # noqa: PLC0415 - reads its settings from the environment when imported

    tell_no_method_of_mocks(apigateway_v1)
    make_up_empty_keys(apigateway_v1)
    tell_all_of_alarms(cloudwatch)
    keep_tracing_of_machines(stepfunctions)
    make_secrets_without_a_value(secretsmanager)


def tell_no_method_of_mocks(apigateway_v1: ModuleType) -> None:
    """An integration without an HTTP method is told to have POST; Terraform would make it anew each time."""
    put = apigateway_v1._put_integration  # noqa: SLF001

    def put_as_told(api_id: str, resource_id: str, http_method: str, data: dict[str, Any]) -> Response:
        made: Response = put(api_id, resource_id, http_method, {"httpMethod": None, **data})
        return made

    apigateway_v1._put_integration = put_as_told  # type: ignore[attr-defined] # noqa: SLF001


def make_up_empty_keys(apigateway_v1: ModuleType) -> None:
    """Terraform asks for a key without a value by an empty one, which is refused; API Gateway makes one up."""
    create = apigateway_v1._create_api_key  # noqa: SLF001

    def create_with_value(data: dict[str, Any]) -> Response:
        told = {name: value for name, value in data.items() if (name, value) != ("value", "")}
        made: Response = create(told)
        return made

    apigateway_v1._create_api_key = create_with_value  # type: ignore[attr-defined] # noqa: SLF001


def tell_all_of_alarms(cloudwatch: ModuleType) -> None:
    """In XML, which Terraform's provider asks for, an alarm is told without its actions, period and more."""
    describe = cloudwatch._describe_alarms  # noqa: SLF001

    def describe_whole(params: Asked, told: dict[str, Any], is_cbor: bool, is_json: bool = False) -> Response:  # noqa: FBT001, FBT002 - MiniStack's
        if is_cbor or is_json:
            answer: Response = describe(params, told, is_cbor, is_json)
            return answer
        status, _, body = describe(params, _asked_for(params), False, True)
        found = json.loads(body)
        found["MetricAlarms"] = [_without_doubt(alarm) for alarm in found.get("MetricAlarms", [])]
        content = f"<DescribeAlarmsResult>{as_xml(found)}</DescribeAlarmsResult>"
        whole: Response = cloudwatch._xml(status, "DescribeAlarmsResponse", content)  # noqa: SLF001
        return whole

    cloudwatch._describe_alarms = describe_whole  # type: ignore[attr-defined] # noqa: SLF001


def keep_tracing_of_machines(stepfunctions: ModuleType) -> None:
    """Whether a state machine is traced is forgotten."""
    create, update = stepfunctions._create_state_machine, stepfunctions._update_state_machine  # noqa: SLF001

    def keep(arn: str, told: dict[str, Any]) -> None:
        machine = stepfunctions._state_machines.get(arn)  # noqa: SLF001
        if machine is not None and "tracingConfiguration" in told:
            machine["tracingConfiguration"] = told["tracingConfiguration"]

    def create_and_keep(told: dict[str, Any]) -> Response:
        response: Response = create(told)
        keep(json.loads(response[2]).get("stateMachineArn", ""), told)
        return response

    def update_and_keep(told: dict[str, Any]) -> Response:
        response: Response = update(told)
        keep(told.get("stateMachineArn", ""), told)
        return response

    stepfunctions._create_state_machine = create_and_keep  # type: ignore[attr-defined] # noqa: SLF001
    stepfunctions._update_state_machine = update_and_keep  # type: ignore[attr-defined] # noqa: SLF001


def make_secrets_without_a_value(secretsmanager: ModuleType) -> None:
    """A secret made without a value gets a version all the same, which is told as its previous value later."""
    create = secretsmanager._create_secret  # noqa: SLF001

    def create_as_told(told: dict[str, Any]) -> Response:
        response: Response = create(told)
        if response[0] == HTTPStatus.OK and not told.keys() & {"SecretString", "SecretBinary"}:
            secretsmanager._secrets[told["Name"]]["Versions"].clear()  # noqa: SLF001
        return response

    secretsmanager._create_secret = create_as_told  # type: ignore[attr-defined] # noqa: SLF001


def as_xml(value: Any) -> str:  # noqa: ANN401 - JSON
    """JSON in the words of AWS's query protocol: what is nothing is not told."""
    match value:
        case dict():
            told = ((name, part) for name, part in value.items() if part is not None)
            return "".join(f"<{name}>{as_xml(part)}</{name}>" for name, part in told)
        case list():
            return "".join(f"<member>{as_xml(part)}</member>" for part in value)
        case bool():
            return str(value).lower()
        case _:
            return escape(str(value))


def _asked_for(params: Asked) -> dict[str, Any]:
    """The parameters of DescribeAlarms, as they are in JSON."""
    listed = ("AlarmNames", "AlarmTypes")
    single = ("AlarmNamePrefix", "StateValue", "MaxRecords", "NextToken")
    asked: dict[str, Any] = {name: _members(params, name) for name in listed}
    asked |= {name: _first(params[name]) for name in single if params.get(name)}
    return {name: value for name, value in asked.items() if value}


def _members(params: Asked, name: str) -> list[str]:
    return [_first(value) for key, value in params.items() if key.startswith(f"{name}.member.")]


def _first(value: str | list[str]) -> str:
    return value if isinstance(value, str) else value[0]


def _without_doubt(alarm: dict[str, Any]) -> dict[str, Any]:
    """An alarm has one statistic; MiniStack adds an average to a percentile. Times would have to be written out."""
    doubtful = {"Statistic"} if alarm.get("ExtendedStatistic") else set()
    return {name: value for name, value in alarm.items() if name not in doubtful and not name.endswith("Timestamp")}
