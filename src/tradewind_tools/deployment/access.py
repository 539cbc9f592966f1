"""The kinds of access to the table: an operation for each, and what its function's role says of it.

What IAM is told of a request to DynamoDB, no simulator of policies knows: `iam:SimulatePrincipalPolicy` is given the
leading keys by its caller. So the deployed functions try.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.model import Function, Route
from tradewind_tools.blueprint.permissions import TableGrant

_NO_ORDER = "01KAJ0CSTMR000000000000001"


class Attempt(NamedTuple):
    """A request that needs one kind of access, and its answer where that is granted."""

    kind: str
    method: str
    path: str
    expected: HTTPStatus
    body: Mapping[str, Any] | None = None


READS: Final = (
    Attempt("a query of the index GSI2", "GET", "/products?limit=1", HTTPStatus.OK),
    Attempt("a query of the index GSI1", "GET", "/products/category/smoke-test?limit=1", HTTPStatus.OK),
    Attempt("a batch of reads", "GET", "/products/smoke-test", HTTPStatus.NOT_FOUND),
)
"""What nobody has to sign in for."""

OF_A_CUSTOMER: Final = (
    Attempt("a read", "GET", "/auth/me", HTTPStatus.OK),
    Attempt("a query of the table", "GET", "/orders?limit=1", HTTPStatus.OK),
    Attempt("a query of the table, then of an index", "GET", f"/orders/{_NO_ORDER}", HTTPStatus.NOT_FOUND),
    Attempt("a conditional update", "PUT", "/users/profile", HTTPStatus.OK, {"firstName": "Smoke"}),
    Attempt("a deletion", "DELETE", "/cart/items/smoke-test", HTTPStatus.NO_CONTENT),
)
"""What only a customer may; to register is a transaction of writes."""


def describe_grants(method: str, path: str) -> str:
    """What the role of the function behind a request allows on the table, a statement each; empty without one."""
    function = next((each for each in FUNCTIONS if _serves(each, method, path.partition("?")[0])), None)
    if function is None:
        return ""
    grants = [_describe(grant) for grant in function.grants if isinstance(grant, TableGrant)]
    return f"{function.name} may: {'; '.join(grants)}" if grants else ""


def _describe(grant: TableGrant) -> str:
    where = f"the index {grant.index}" if grant.index else "the table"
    return f"{grant.action} on {where} where dynamodb:LeadingKeys is like {', '.join(grant.partitions)}"


def _serves(function: Function, method: str, path: str) -> bool:
    route = function.trigger
    return isinstance(route, Route) and route.method == method and bool(_pattern(route).fullmatch(path))


def _pattern(route: Route) -> re.Pattern[str]:
    return re.compile(re.sub(r"{\w+}", "[^/]+", route.path))
