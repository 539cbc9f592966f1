"""The forms of the start page, sent as they come filled in, one operation after the other as the document has them.

What an answer holds for other operations, by the links of the document, stands in their forms afterwards.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pytest
from tests.e2e.browserless import Answer, Visitor, until
from tests.e2e.conftest import ADMIN

from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.shop import TradewindShop

IMPOSSIBLE = {
    "auth-verify-email": "its token is in a mail",
    "auth-reset-password": "its token is in a mail",
    "auth-confirm-email": "its token is in a mail",
    "auth-undo-email-change": "its token is in a mail",
    "email-change": "the account has the address that its form is filled in with",
    "session-end": "its id is in the list of one's sessions",
    "session-end-others": "the form before it has signed this session out",
    "auth-login-second-factor": "its code is in an authenticator app",
    "second-factor-begin": "the form before it has changed the password",
    "second-factor-confirm": "its code is in an authenticator app",
    "second-factor-remove": "likewise",
    "recovery-codes-renew": "likewise",
    "user-second-factor-remove": "the customer of the forms has none",
    "audit-log-get": "its id is in the list of acts",
    "unsubscribe-page": "its token is in a mail",
    "unsubscribe": "likewise",
    "export-download": "likewise",
    "export-request": "the address of who has registered by a form is not verified",
    "export-get": "nothing was exported",
    "account-delete": "the customer of the forms has orders that are not finished",
    "user-delete": "likewise",
    "variant-add": "the form before it has given the product options, of which a variant needs values",
    "variant-update": "likewise",
    "variant-remove": "a product sells one variant at least",
    "payment-webhook": "the payment provider signs it",
}
FIRST = {
    "checkout": ("cart-add-item",),
    "order-fulfil": ("order-create",),
    "order-refund": ("order-create",),
    "auth-refresh": ("auth-login",),
    "auth-logout": ("auth-login",),
}
"""What an operation needs that one before it has taken away: something in the cart, an open order, a session."""

LAST = ("account-delete", "user-delete")
"""What ends an account that the other forms need."""

METHODS = ("get", "post", "put", "delete")


@dataclass
class StartPage:
    """The page with its forms; who registers and signs in by them is the customer of the others."""

    people: dict[str, Visitor]
    operations: dict[str, tuple[str, str, Mapping[str, Any]]]
    held: dict[str, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))

    def send(self, name: str) -> Answer:
        method, path, operation = self.operations[name]
        path_values, query, headers = self._fields(name, operation["parameters"])
        target = path.format(**{key: quote(str(value), safe="") for key, value in path_values.items()})
        body = self._body(name, operation)
        answer = self.people[operation["x-role"]].ask(method.upper(), target, body, headers, query)
        if answer.status < 300:
            self._go_on(operation, answer)
        if answer.status < 300 and method == "delete":
            self._forget(set(path_values.values()))
        if name == "auth-guest":
            self.people["guest"] = Visitor(self.people["public"].url, answer.ok()["token"])
        if name == "auth-login":
            self.people["customer"] = self.people["guest"] = Visitor(self.people["public"].url, answer.ok()["token"])
        return answer

    def settle_order(self) -> None:
        """Wait for the checkout of the order that the next form is filled in with."""
        if self.held["order-status"]:
            until(lambda: self.send("order-status").ok(), lambda found: found["status"] != "pending")

    def _fields(self, name: str, parameters: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
        places: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "header": {}}
        for parameter in parameters:
            examples = parameter["schema"].get("examples", [None])
            value = parameter.get("example", examples[0])
            if parameter["name"] == "Idempotency-Key":
                value = f"{name}-{len(self.held)}"
            if parameter["in"] == "path":
                value = self.held[name].get(parameter["name"], value)
            if value is not None:
                places[parameter["in"]][parameter["name"]] = value
        return list(places.values())

    def _body(self, name: str, operation: Mapping[str, Any]) -> object:
        if "requestBody" not in operation:
            return None
        example = operation["requestBody"]["content"]["application/json"]["example"]
        return {key: self.held[name].get(key, value) for key, value in example.items()}

    def _go_on(self, operation: Mapping[str, Any], answer: Answer) -> None:
        for link in operation["responses"][str(answer.status)].get("links", {}).values():
            values = link.get("parameters") or link["requestBody"]
            found = {name: answer.body[pointer.rpartition("/")[2]] for name, pointer in values.items()}
            self.held[link["operationId"]] |= found

    def _forget(self, values: set[Any]) -> None:
        for name, held in self.held.items():
            self.held[name] = {key: value for key, value in held.items() if value not in values}


@pytest.fixture(scope="module")
def page() -> Iterator[StartPage]:
    """The demo shop, as nobody has touched it yet."""
    with LocalCloud() as cloud:
        cloud.deploy()
        TradewindShop().load(cloud.front_door_url, cloud.endpoint_url, ADMIN)
        stranger = Visitor(cloud.front_door_url)
        paths = stranger.get("/openapi.json").ok()["paths"]
        operations = {
            operation["operationId"]: (method, path, operation)
            for path, item in paths.items()
            for method, operation in item.items()
            if method in METHODS
        }
        admin = stranger.sign_in(ADMIN.email, ADMIN.password)
        yield StartPage({"public": stranger, "admin": admin, "staff": admin}, operations)


def test_every_operation_that_can_succeeds_with_what_its_form_is_filled_in_with(page: StartPage) -> None:
    refused = {}
    for name in sorted(page.operations, key=LAST.__contains__):
        for earlier in FIRST.get(name, ()):
            page.send(earlier).ok()
            page.settle_order()
        answer = page.send(name)
        if answer.status >= 300 and name not in IMPOSSIBLE:
            refused[name] = answer.body
    assert refused == {}
