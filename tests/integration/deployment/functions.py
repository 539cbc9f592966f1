"""A few functions with their aliases, as Terraform leaves them."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import boto3

from tradewind_tools.deployment.release import Pointer
from tradewind_tools.deployment.traffic import ALIAS, LambdaTraffic, client


class Functions:
    """Each answers with what it was made of."""

    def __init__(self, session: boto3.Session, *names: str) -> None:
        self._session = session
        self._lambda = client(session, "lambda")
        self.names = names
        for name in names:
            self._make(name)

    def publish(self, *names: str, saying: str) -> dict[str, str]:
        """New code for these, as an apply publishes it; the newest version of all, which callers do not get yet."""
        for name in names:
            self._lambda.update_function_code(FunctionName=name, ZipFile=zipped(saying), Publish=True)
        return {name: self._newest(name) for name in self.names}

    def answers(self) -> dict[str, Any]:
        """What callers get."""
        return {name: self._answer(name) for name in self.names}

    def read_pointers(self) -> dict[str, Pointer]:
        return LambdaTraffic(self._session).read_pointers(self.names)

    def remove(self) -> None:
        for name in self.names:
            self._lambda.delete_function(FunctionName=name)

    def _make(self, name: str) -> None:
        self._lambda.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role="arn:aws:iam::000000000000:role/any",
            Handler="code.handler",
            Code={"ZipFile": zipped("one")},
            Publish=True,
        )
        self._lambda.create_alias(FunctionName=name, Name=ALIAS, FunctionVersion="1")

    def _newest(self, name: str) -> str:
        versions = self._lambda.list_versions_by_function(FunctionName=name)["Versions"]
        numbers: list[str] = [each["Version"] for each in versions if each["Version"] != "$LATEST"]
        return max(numbers, key=int)

    def _answer(self, name: str) -> Any:  # noqa: ANN401 - JSON
        return json.loads(self._lambda.invoke(FunctionName=name, Qualifier=ALIAS)["Payload"].read())


def zipped(saying: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("code.py", f"def handler(event, context):\n    print('called')\n    return {saying!r}\n")
    return packed.getvalue()
