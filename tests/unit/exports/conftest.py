from __future__ import annotations

from typing import Any

import pytest

from tradewind_tools.exports import openapi
from tradewind_tools.exports.cloudformation import template as cloudformation

CODE = cloudformation.Code("code-bucket", "functions/1.zip")


@pytest.fixture(scope="session", params=["local", "prod"])
def template(request: pytest.FixtureRequest) -> dict[str, Any]:
    return cloudformation.template(request.param, CODE)


@pytest.fixture(scope="session")
def document() -> dict[str, Any]:
    return openapi.document()
