"""The reference pages in docs/reference, written from the blueprint and the code it names."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tradewind.aws.log import NAMESPACE
from tradewind.edge.errors import status_of
from tradewind.edge.http import Contract
from tradewind.kernel.caller import Permission, Role
from tradewind.kernel.errors import TradewindError
from tradewind.kernel.events import Event, EventData
from tradewind.kernel.privacy import Privacy
from tradewind_tools.blueprint.alarms import ALARMS, Alarm
from tradewind_tools.blueprint.dashboard import DASHBOARD
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.handlers import resolve
from tradewind_tools.blueprint.messaging import FAILURE_QUEUES, QUEUES, RULES
from tradewind_tools.blueprint.metrics import CUSTOM_METRICS
from tradewind_tools.blueprint.model import Function
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
from tradewind_tools.blueprint.queries import QUERIES
from tradewind_tools.blueprint.table import ITEMS, TABLE
from tradewind_tools.exports import command_line, schemas, threat_model
from tradewind_tools.exports.cloudformation.gateway_responses import GATEWAY_RESPONSES
from tradewind_tools.exports.event_types import event_types
from tradewind_tools.exports.operations import Operation, operations
from tradewind_tools.places import PROJECT

FOLDER = PROJECT / "docs" / "reference"
COMMAND = "./dev export docs"

_NOTE = f"<!-- Made from the blueprint: {COMMAND}. Changes by hand are lost. -->"


def pages() -> dict[str, str]:
    """Each page's text by its file name. Raises HandlerMissing."""
    made = {
        "functions.md": _functions(),
        "api.md": _api(operations()),
        "events.md": _events(),
        "errors.md": _errors(operations()),
        "table.md": _table(),
        "privacy.md": _privacy(),
        "access.md": _access(operations()),
        "threat-model.md": _threat_model(),
        "permissions.md": _permissions(),
        "alarms.md": _alarms(),
        "commands.md": command_line.page(),
    }
    return {name: f"{_NOTE}\n\n{text.strip()}\n" for name, text in made.items()}


def write(folder: Path = FOLDER) -> list[Path]:
    """Write every page; the paths that were written."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in pages()]


def _functions() -> str:
    rows = [
        (_code(function.name), _code(function.trigger), f"{function.memory_mb} MB", f"{function.timeout_seconds} s",
         _first_line(resolve(function)), _code(function.handler))
        for function in FUNCTIONS
    ]  # fmt: skip
    queues = [(_code(queue.name), queue.about, _code(queue.dead_letters)) for queue in QUEUES]
    dead = [(_code(letters.name), letters.about, "") for letters in FAILURE_QUEUES]
    rules = [(_code(rule.name), ", ".join(map(_code, rule.events)), _code(rule.queue)) for rule in RULES]
    return _sections(
        "# Functions",
        _rows(("function", "runs on", "memory", "at most", "does", "handler"), rows),
        "## Rules of the event bus",
        _rows(("rule", "events", "target"), rules),
        "## Queues",
        _rows(("queue", "holds", "dead letters"), [*queues, *dead]),
    )


def _api(found: Sequence[Operation]) -> str:
    tags = dict.fromkeys(operation.tag for operation in found)
    groups = [_group(tag, [operation for operation in found if operation.tag == tag]) for tag in tags]
    return _sections(
        "# The HTTP API",
        "The base path is `/v1`. The whole contract, with every field, is in `/v1/openapi.json`; "
        "each error is explained in [errors.md](errors.md).",
        *groups,
    )


def _group(tag: str, found: Iterable[Operation]) -> str:
    rows = [
        (_code(operation.route), _audience(operation.endpoint.contract), operation.summary,
         str(operation.endpoint.contract.status), ", ".join(_code(error.__name__) for error in operation.errors))
        for operation in found
    ]  # fmt: skip
    return _sections(f"## {tag}", _rows(("operation", "for", "does", "answers", "refuses with"), rows))


def _events() -> str:
    kinds = sorted(event_types(), key=lambda kind: kind.__name__)
    return _sections(
        "# Events",
        "Every event is written in the same transaction as the change that it reports, and reaches the bus (source "
        "`tradewind`, detail type = the event's name) in this envelope. A consumer ignores fields that it does not "
        "know.",
        _schema(Event),
        *(_sections(f"## {kind.__name__}", _publisher(kind), _schema(kind)) for kind in kinds),
    )


def _publisher(kind: type[EventData]) -> str:
    service = kind.__module__.split(".")[1]
    about = "" if _is_inherited(kind) else f" {_first_line(kind)}"
    return f"Published by {service}.{about}"


def _is_inherited(kind: type[EventData]) -> bool:
    return kind.__doc__ in {None, EventData.__doc__}


def _errors(found: Sequence[Operation]) -> str:
    raised_by: dict[type[TradewindError], list[Operation]] = {}
    for operation in found:
        for error in operation.errors:
            raised_by.setdefault(error, []).append(operation)
    own = [
        (_code(error.__name__), str(status_of(error)), _first_line(error), _operations(raised_by[error], found))
        for error in sorted(raised_by, key=lambda error: error.__name__)
    ]
    gateway = sorted(
        {(_code(answer.error), str(answer.status), answer.message) for answer in GATEWAY_RESPONSES.values()}
    )
    return _sections(
        "# Errors",
        'Every error has one shape: `{"error", "message", "details", "requestId"}`. `error` is stable; `message` is '
        "for people; `details` names each field, product or line that is wrong; `requestId` finds the log line.",
        _rows(("error", "status", "means", "of"), own),
        "## From API Gateway itself",
        "The same shape, before a function is called.",
        _rows(("error", "status", "says"), gateway),
    )


def _operations(raising: Sequence[Operation], all_operations: Sequence[Operation]) -> str:
    if len(raising) > len(all_operations) / 3:
        return "many"
    return ", ".join(_code(operation.function.name) for operation in raising)


def _table() -> str:
    rows = [
        (item.name, _code(item.partition), _code(item.sort), _code(item.gsi1), _code(item.gsi2), item.note)
        for item in ITEMS
    ]
    keys = ", ".join(f"{index.name} (`{index.key.partition}`, `{index.key.sort}`)" for index in TABLE.indexes)
    return _sections(
        "# The table",
        f"One table, keys `{TABLE.key.partition}` and `{TABLE.key.sort}`, indexes {keys}, TTL attribute "
        f"`{TABLE.ttl_attribute}`; on demand, encrypted, restorable to any second of the last 35 days, streamed.",
        _rows(("item", "partition", "sort key", "GSI1", "GSI2", ""), rows),
    )


def _privacy() -> str:
    rows = [(item.name, _code(item.partition), *_privacy_of(item.privacy)) for item in ITEMS if item.privacy]
    return _sections(
        "# Personal data",
        "What an account's owner gets of each kind of item, and what the deletion of the account does to it. A kind "
        "that does not say so fails a test. `kept`: nothing in it names anybody. `expires`: DynamoDB removes it within "
        "days. `locked`: whole for as long as tax law demands, then anonymised.",
        _rows(("item", "partition", "export", "deletion"), rows),
    )


def _privacy_of(privacy: Privacy) -> tuple[str, str]:
    """What an export and a deletion do, for the cells of a row."""
    exported = ", ".join(map(_code, privacy.exported)) or privacy.withheld or "not personal"
    blanked = ", ".join(map(_code, privacy.blanked))
    return exported, f"{privacy.erasure}; emptied: {blanked}" if blanked else str(privacy.erasure)


def _threat_model() -> str:
    columns = "", "about", "", "how", "code and tests"
    chapters = [
        f"## {title}\n\n{threat_model.count(listed)}\n\n{_rows(columns, map(_requirement, listed))}"
        for title, listed in threat_model.chapters().items()
    ]
    return _sections(
        "# Threat model",
        "What OWASP lists as weaknesses of APIs, and what its standard asks of every application, with what stands "
        "against each and which test shows it. `open`: it is not met, or nothing here shows it. The source is "
        "[threat-model.toml](../threat-model.toml); tests hold it to the files and tests that it names.",
        *chapters,
    )


def _requirement(each: threat_model.Requirement) -> tuple[str, ...]:
    return each.id, each.about, each.status, each.note, threat_model.links(each)


def _permissions() -> str:
    rows = [(_code(function.name), "<br>".join(_grants(function)) or "nothing") for function in FUNCTIONS]
    return _sections(
        "# Permissions",
        "Each function has a role of its own. Besides these permissions it may write its own log and its traces; a "
        "consumer may read its own queue or the stream. A test lets every function work for a day and compares.",
        _rows(("function", "may"), rows),
    )


def _alarms() -> str:
    alarms = [
        (_code(alarm.name), alarm.severity, alarm.condition, _subjects(alarm), alarm.meaning, alarm.remedy)
        for alarm in sorted(ALARMS, key=lambda alarm: alarm.severity)
    ]
    metrics = [(_code(each.name), each.about) for each in CUSTOM_METRICS]
    return _sections(
        "# Alarms, metrics and queries",
        "A critical alarm goes to the topic `alarms-critical` and wakes somebody; a warning goes to `alarms-warning` "
        "and is read in the morning. [The runbook](../runbook.md) says what to do.",
        _rows(("alarm", "severity", "rings when", "of", "means", "do"), alarms),
        "## The shop's own metrics",
        f"In the namespace `{NAMESPACE}`, by `stage`; functions write them into their log lines.",
        _rows(("metric", "counts"), metrics),
        "## The dashboard",
        "; ".join(chart.title for chart in DASHBOARD) + ".",
        "## Saved queries",
        "In CloudWatch Logs Insights, over the log of all functions. Words in capitals are to be filled in.",
        *(
            _sections(f"### {query.name}", _sentence(query.question), f"```\n{query.text.strip()}\n```")
            for query in QUERIES
        ),
    )


def _subjects(alarm: Alarm) -> str:
    return ", ".join(dict.fromkeys(_code(metric.subject) for metric in alarm.metrics if metric.subject))


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _grants(function: Function) -> Iterator[str]:
    return (_grant(grant) for grant in function.grants)


def _grant(grant: Grant) -> str:
    match grant:
        case TableGrant(action, partitions, index):
            where = f" of {index}" if index else ""
            return f"{action.removeprefix('dynamodb:')} {', '.join(map(_code, partitions))}{where}"
        case BusGrant():
            return "put events on the bus"
        case MailGrant():
            return "send mail from the shop's address"
        case TextGrant():
            return "send short messages to telephones"
        case DeadLetterGrant(redrive):
            return "send dead letters back to their queues" if redrive else "look into the dead-letter queues"
        case StreamGrant():
            return "read the table's stream"
        case StateMachineGrant(machine):
            return f"run {_code(machine)}"
        case SecretGrant(purpose):
            return f"read the secret {_code(purpose)}"


def _schema(kind: type[object]) -> str:
    schema = {name: value for name, value in schemas.inline_schema(kind).items() if name in {"properties", "required"}}
    return f"```json\n{json.dumps(schema, indent=2, ensure_ascii=False)}\n```"


def _access(found: Sequence[Operation]) -> str:
    """What each permission of staff lets them do."""
    allowed = {each: [one for one in found if one.endpoint.contract.permission is each] for each in Permission}
    admins = [one for one in found if one.endpoint.contract.role is Role.ADMIN]
    return _sections(
        "# Permissions of staff",
        "What staff may do with each permission. Administrators may do all of it, and what is theirs alone. On an "
        "operation that customers use, too, staff without the permission are customers.",
        *(_sections(f"## {each.value}", _may_call(ones)) for each, ones in allowed.items()),
        *([_sections("## Administrators alone", _may_call(admins))] if admins else []),
    )


def _may_call(found: Iterable[Operation]) -> str:
    rows = [
        (_code(each.route), each.summary, "customers, too" if each.endpoint.contract.is_shared else "")
        for each in found
    ]
    return _rows(("operation", "does", "shared with"), rows)


def _audience(contract: Contract[Any, Any]) -> str:
    if contract.role is Role.PUBLIC:
        return "everybody"
    permission = f" with {_code(contract.permission)}" if contract.permission else ""
    if contract.is_shared:
        return f"customer, staff{permission}"
    return f"{contract.role.value}{permission}"


def _first_line(documented: object) -> str:
    text = (documented.__doc__ or "").strip().partition("\n\n")[0]
    return " ".join(text.split())


def _code(text: object) -> str:
    return f"`{text}`" if str(text) else ""


def _sections(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def _rows(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)
