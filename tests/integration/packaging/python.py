"""Lambda's Python, where there is one."""

from __future__ import annotations

import pytest

from tradewind_tools.packaging import interpreter
from tradewind_tools.packaging.errors import NoInterpreter
from tradewind_tools.packaging.interpreter import Interpreter


def lambdas_python() -> Interpreter:
    """Skips the test, visibly, where there is none."""
    try:
        return interpreter.find()
    except NoInterpreter as missing:
        pytest.skip(str(missing))
