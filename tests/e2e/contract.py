"""The shop's own OpenAPI document as the judge of its answers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from jsonschema import Draft202012Validator

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    """One method of one path, e.g. `GET /orders/{orderId}`."""

    method: str
    path: str
    described: Json

    @property
    def name(self) -> str:
        return str(self.described["operationId"])

    @property
    def role(self) -> str:
        return str(self.described["x-role"])

    @property
    def success(self) -> int:
        [status] = [int(status) for status in self.described["responses"] if status < "300"]
        return status

    @property
    def sample_path(self) -> str:
        """The path with an id in the place of each parameter that any of them could be."""
        return re.sub(r"{\w+}", "01KAJ0CSTMR000000000000001", self.path)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"{\w+}", "[^/]+", self.path))


class Contract:
    """What the document promises; `seen` counts the answers that were held against it, by operation and status."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self.seen: Counter[tuple[str, int]] = Counter()
        self.operations = sorted(_operations(document), key=lambda operation: operation.path.count("{"))
        self._validators: dict[tuple[str, int], Draft202012Validator | None] = {}

    def hold(self, method: str, path: str, status: int, body: object) -> None:
        """Fail unless the document gives this status and this body for the operation; a path of none is passed over."""
        operation = self._operation(method, path)
        if operation is None:
            return
        self.seen[operation.name, status] += 1
        assert str(status) in operation.described["responses"], f"{operation.name} does not document {status}: {body}"
        validator = self._validator(operation, status)
        if validator is None:
            assert body == "", f"{operation.name} documents no body for {status}"
            return
        wrong = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(body)]
        assert not wrong, f"{operation.name} {status}: {wrong}"

    def _operation(self, method: str, path: str) -> Operation | None:
        return next((each for each in self.operations if each.method == method and each.pattern.fullmatch(path)), None)

    def _validator(self, operation: Operation, status: int) -> Draft202012Validator | None:
        key = operation.name, status
        if key not in self._validators:
            self._validators[key] = self._made(operation.described["responses"][str(status)])
        return self._validators[key]

    def _made(self, response: Json) -> Draft202012Validator | None:
        if "content" not in response:
            return None
        (content,) = response["content"].values()
        return Draft202012Validator({**content["schema"], "components": self.document["components"]})


def _operations(document: Json) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            yield Operation(method.upper(), path, described)
