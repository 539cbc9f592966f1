"""Makes MiniStack describe resources as AWS does, because Terraform reads back all that it wrote.

They replace parts of MiniStack 1.5.33, which is pinned; applying Terraform twice shows when another version differs.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from types import ModuleType
from typing import Any, TypeAlias
from xml.sax.saxutils import escape

Response: TypeAlias = tuple[int, dict[str, str], bytes]
QueryParameters: TypeAlias = dict[str, list[str]]


def apply() -> None:
    """Make every adjustment. Call once, before the first request."""
    from ministack.services import apigateway_v1, cloudwatch, secretsmanager, stepfunctions  # noqa: PLC0415 - reads its settings from the environment when imported

    keep_mocks_without_method(apigateway_v1)
    generate_empty_api_keys(apigateway_v1)
    describe_alarms_in_full(cloudwatch)
    keep_tracing_configuration(stepfunctions)
    create_secrets_without_version(secretsmanager)


def keep_mocks_without_method(apigateway_v1: ModuleType) -> None:
    """Keep an integration without an HTTP method so: shown with POST, Terraform would replace it each time."""
    put = apigateway_v1._put_integration  # noqa: SLF001

    def put_without_method(api_id: str, resource_id: str, http_method: str, data: dict[str, Any]) -> Response:
        made: Response = put(api_id, resource_id, http_method, {"httpMethod": None, **data})
        return made

    apigateway_v1._put_integration = put_without_method  # type: ignore[attr-defined] # noqa: SLF001


def generate_empty_api_keys(apigateway_v1: ModuleType) -> None:
    """Generate the value of an API key where Terraform sends an empty one: API Gateway does, MiniStack refuses it."""
    create = apigateway_v1._create_api_key  # noqa: SLF001

    def create_with_value(data: dict[str, Any]) -> Response:
        made: Response = create({name: value for name, value in data.items() if (name, value) != ("value", "")})
        return made

    apigateway_v1._create_api_key = create_with_value  # type: ignore[attr-defined] # noqa: SLF001


def describe_alarms_in_full(cloudwatch: ModuleType) -> None:
    """Describe alarms in XML, which Terraform's provider asks for, with their actions, period and all else."""
    describe = cloudwatch._describe_alarms  # noqa: SLF001

    def describe_whole(params: QueryParameters, data: dict[str, Any], is_cbor: bool, is_json: bool = False) -> Response:  # noqa: FBT001, FBT002 - MiniStack's
        if is_cbor or is_json:
            answer: Response = describe(params, data, is_cbor, is_json)
            return answer
        status, _, body = describe(params, _parse_query(params), False, True)
        found = json.loads(body)
        found["MetricAlarms"] = [_as_aws_shows(alarm) for alarm in found.get("MetricAlarms", [])]
        content = f"<DescribeAlarmsResult>{as_xml(found)}</DescribeAlarmsResult>"
        whole: Response = cloudwatch._xml(status, "DescribeAlarmsResponse", content)  # noqa: SLF001
        return whole

    cloudwatch._describe_alarms = describe_whole  # type: ignore[attr-defined] # noqa: SLF001


def keep_tracing_configuration(stepfunctions: ModuleType) -> None:
    """Keep whether a state machine is traced, which MiniStack forgets."""
    create, update = stepfunctions._create_state_machine, stepfunctions._update_state_machine  # noqa: SLF001

    def keep(arn: str, data: dict[str, Any]) -> None:
        machine = stepfunctions._state_machines.get(arn)  # noqa: SLF001
        if machine is not None and "tracingConfiguration" in data:
            machine["tracingConfiguration"] = data["tracingConfiguration"]

    def create_and_keep(data: dict[str, Any]) -> Response:
        response: Response = create(data)
        keep(json.loads(response[2]).get("stateMachineArn", ""), data)
        return response

    def update_and_keep(data: dict[str, Any]) -> Response:
        response: Response = update(data)
        keep(data.get("stateMachineArn", ""), data)
        return response

    stepfunctions._create_state_machine = create_and_keep  # type: ignore[attr-defined] # noqa: SLF001
    stepfunctions._update_state_machine = update_and_keep  # type: ignore[attr-defined] # noqa: SLF001


def create_secrets_without_version(secretsmanager: ModuleType) -> None:
    """Create a secret without a value without a version: it would be shown as the previous value later."""
    create = secretsmanager._create_secret  # noqa: SLF001

    def create_without_version(data: dict[str, Any]) -> Response:
        response: Response = create(data)
        if response[0] == HTTPStatus.OK and not data.keys() & {"SecretString", "SecretBinary"}:
            secretsmanager._secrets[data["Name"]]["Versions"].clear()  # noqa: SLF001
        return response

    secretsmanager._create_secret = create_without_version  # type: ignore[attr-defined] # noqa: SLF001


def as_xml(value: Any) -> str:  # noqa: ANN401 - JSON
    """JSON in the form of AWS's query protocol; what is None is left out."""
    match value:
        case dict():
            parts = ((name, part) for name, part in value.items() if part is not None)
            return "".join(f"<{name}>{as_xml(part)}</{name}>" for name, part in parts)
        case list():
            return "".join(f"<member>{as_xml(part)}</member>" for part in value)
        case bool():
            return str(value).lower()
        case _:
            return escape(str(value))


def _parse_query(params: QueryParameters) -> dict[str, Any]:
    """The parameters of DescribeAlarms, as they are in JSON."""
    listed = ("AlarmNames", "AlarmTypes")
    single = ("AlarmNamePrefix", "StateValue", "MaxRecords", "NextToken")
    asked: dict[str, Any] = {name: _members(params, name) for name in listed}
    asked |= {name: _first(params[name]) for name in single if params.get(name)}
    return {name: value for name, value in asked.items() if value}


def _members(params: QueryParameters, name: str) -> list[str]:
    return [_first(value) for key, value in params.items() if key.startswith(f"{name}.member.")]


def _first(value: str | list[str]) -> str:
    return value if isinstance(value, str) else value[0]


def _as_aws_shows(alarm: dict[str, Any]) -> dict[str, Any]:
    """An alarm has one statistic; MiniStack adds an average to a percentile. Times would have to be written out."""
    doubtful = {"Statistic"} if alarm.get("ExtendedStatistic") else set()
    return {name: value for name, value in alarm.items() if name not in doubtful and not name.endswith("Timestamp")}
