"""Every operation of openapi.json does what the document says of it: who may call it, and what it answers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.browserless import Answer, Visitor
from tests.e2e.contract import Contract, Operation
from tests.e2e.errands import use_every_operation

from tradewind_tools.exports import openapi
from tradewind_tools.localcloud.cloud import LocalCloud

OPERATIONS = {operation.name: operation for operation in Contract(openapi.document()).operations}
SECURED = [name for name, operation in OPERATIONS.items() if operation.role != "public"]
FOR_STAFF = [name for name, operation in OPERATIONS.items() if operation.role == "staff"]
WITH_A_BODY = [name for name, operation in OPERATIONS.items() if "requestBody" in operation.described]
EXAMPLES = os.environ.get("TRADEWIND_EXAMPLES", "50")
"""How many requests are generated for each operation, beside those for each rule of its document."""

SEQUENCES = "200"
"""How many sequences of requests, in which one goes on with what another was answered."""

GENERATIONS = {
    "requests": ("--phases=examples,coverage,fuzzing", f"--max-examples={EXAMPLES}"),
    "sequences": ("--phases=stateful", f"--max-examples={SEQUENCES}"),
}
"""Side by side, each in a process of its own: in two threads (`--workers=2`) CPython 3.11's compiler fails at times."""

TIMEOUT_SECONDS = 3_600
CHECKED = (
    "--checks=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
    "--seed=1",
    "--no-color",
)


def asked(visitor: Visitor, operation: Operation, body: object = None) -> Answer:
    """A call that would be accepted, as far as the document's examples go."""
    if body is None and "requestBody" in operation.described:
        body = operation.described["requestBody"]["content"]["application/json"]["example"]
    required = [each for each in operation.described["parameters"] if each["in"] == "query" and each["required"]]
    query: dict[str, Any] = {each["name"]: "ada@example.com" for each in required}
    return visitor.ask(operation.method, operation.sample_path, body, query=query)


@pytest.mark.parametrize("name", SECURED)
def test_nobody_passes_without_signing_in(visitor: Visitor, name: str) -> None:
    assert asked(visitor, OPERATIONS[name]).error == (401, "SignInRequired")


@pytest.mark.parametrize("name", FOR_STAFF)
def test_customer_is_none_of_the_shops_people(customer: Visitor, name: str) -> None:
    assert asked(customer, OPERATIONS[name]).error == (403, "PermissionRequired")


@pytest.mark.parametrize("name", WITH_A_BODY)
def test_every_body_is_validated(admin: Visitor, name: str) -> None:
    assert asked(admin, OPERATIONS[name], "[]").error == (422, "InvalidRequest")


def test_every_operation_succeeds_as_documented(cloud: LocalCloud, visitor: Visitor, admin: Visitor) -> None:
    """The visitors hold each answer against the document; here none may be missing."""
    contract = admin.contract
    assert contract is not None
    contract.seen.clear()
    use_every_operation(cloud, visitor, admin)
    succeeded = {name for name, status in contract.seen if status == OPERATIONS[name].success}
    assert set(OPERATIONS) - succeeded == set()


ENDS_THE_TOKEN = "^session-end"
"""Operations that would leave nothing but refusals to the requests after them, once they end this one's session."""


def generate(admin: Visitor, folder: Path, options: Sequence[str]) -> str:
    """Send generated requests as an administrator; what schemathesis says of the answers, which must all be right."""
    api = f"{admin.url}/v1"
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{api}/openapi.json", "--url", api]
    signed_in = ["--header", f"Authorization: Bearer {admin.token}", f"--exclude-operation-id-regex={ENDS_THE_TOKEN}"]
    folder.mkdir()
    done = subprocess.run(
        [*command, *signed_in, *CHECKED, *options],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_thousands_of_generated_requests_are_answered_as_documented(admin: Visitor, tmp_path: Path) -> None:
    """Requests that fit the document and requests that nearly do: each status, body and type is a documented one."""
    with ThreadPoolExecutor() as pool:
        running = [pool.submit(generate, admin, tmp_path / name, options) for name, options in GENERATIONS.items()]
    requests, sequences = (sum(map(int, re.findall(r"(\d+) generated, \1 passed", each.result()))) for each in running)
    assert requests > 2_000
    assert sequences > 0
