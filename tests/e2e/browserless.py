"""Somebody at the front door: sends JSON over HTTP, as a storefront would."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from tests.e2e import confidences
from tests.e2e.contract import Contract

T = TypeVar("T")

PASSWORD = "correct horse battery"
ADDRESS = {"name": "Ada", "street": "1 Lane", "city": "London", "postalCode": "N1 9GU", "country": "GB"}
_PATIENCE_SECONDS = 120.0
_numbers = count(1)


@dataclass(frozen=True)
class Answer:
    """`body` is decoded JSON, or text when it is none; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: Any
    raw: bytes

    def ok(self) -> Any:  # noqa: ANN401 - JSON
        assert self.status < 300, f"{self.status} {self.body}"
        return self.body

    @property
    def error(self) -> tuple[int, str]:
        return self.status, self.body["error"]


@dataclass(frozen=True)
class Visitor:
    """Every answer of the API is held against its `contract`, where one is given."""

    url: str
    token: str = ""
    user: Mapping[str, Any] = field(default_factory=dict)
    refresh_token: str = ""
    contract: Contract | None = None

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, object] | None = None,
    ) -> Answer:
        """One request below `/v1`; a text body is sent as it is."""
        own = {"content-type": "application/json"} if body is not None else {}
        own |= {"authorization": f"Bearer {self.token}"} if self.token else {}
        target = f"/v1{path}" + (f"?{urlencode(query)}" if query else "")
        content = body if body is None or isinstance(body, str) else json.dumps(body)
        answer = self._send(method, target, content, {**own, **(headers or {})})
        if self.contract:
            self.contract.hold(method, path, answer.status, answer.body)
        return answer

    def page(self, path: str) -> Answer:
        """A page of the front door outside the API."""
        return self._send("GET", path, None, {})

    def get(self, path: str, **query: object) -> Answer:
        return self.ask("GET", path, query=query)

    def pages(self, path: str, **query: object) -> Iterator[list[Any]]:
        """The items of each page of a list, read only when it is asked for."""
        page = self.get(path, **query).ok()
        yield page["items"]
        while page["nextCursor"]:
            page = self.get(path, **query, cursor=page["nextCursor"]).ok()
            yield page["items"]

    def post(self, path: str, body: object, headers: Mapping[str, str] | None = None) -> Answer:
        return self.ask("POST", path, body, headers)

    def put(self, path: str, body: object) -> Answer:
        return self.ask("PUT", path, body)

    def delete(self, path: str, body: object = None) -> Answer:
        return self.ask("DELETE", path, body)

    def register(self, email: str = "") -> Visitor:
        """Register a new customer, and sign in."""
        email = email or f"customer-{next(_numbers)}@example.com"
        account = {"email": email, "password": PASSWORD, "firstName": "Ada", "lastName": "Lovelace"}
        self.post("/auth/register", account).ok()
        return self.sign_in(email, PASSWORD)

    def as_guest(self) -> Visitor:
        """Somebody without an account, who may have a cart."""
        answer = self.post("/auth/guest", None).ok()
        return replace(self, token=answer["token"], user={"userId": answer["guestId"]})

    def sign_in(self, email: str, password: str) -> Visitor:
        answer = self.post("/auth/login", {"email": email, "password": password}).ok()
        return replace(self, token=answer["token"], user=answer["user"], refresh_token=answer["refreshToken"])

    def add_product(self, product_id: str, units: int = 10, **fields: object) -> str:
        """As an administrator, add a product with so many pieces. Returns its id."""
        product = {
            "productId": product_id,
            "name": product_id.title(),
            "price": 12.5,
            "category": "tests",
            "stock": units,
        }
        self.post("/products", product | fields).ok()
        return product_id

    def order(self, items: Mapping[str, int], token: str = "tok_approved", key: str = "", **fields: object) -> Answer:
        wanted = [{"productId": product_id, "quantity": quantity} for product_id, quantity in items.items()]
        body = {"items": wanted, "shippingAddress": ADDRESS, "paymentMethod": {"token": token}, **fields}
        return self.post("/orders", body, {"idempotency-key": key} if key else {})

    def wait_until_settled(self, order_id: str) -> Any:  # noqa: ANN401 - JSON
        """Return the status of the order once it is not pending any more."""
        return until(lambda: self.get(f"/orders/{order_id}/status").ok(), lambda found: found["status"] != "pending")

    def mails(self, recipient: str) -> list[Any]:
        """What was sent to this address, newest first."""
        listed = self.page(f"/mail/messages.json?{urlencode({'q': recipient})}").ok()["items"]
        return [mail for mail in listed if recipient in json.dumps(mail)]

    def verification_link(self) -> str:
        """The link in the newest mail that has one, as a path of the front door."""
        return self.mailed_link("verify")

    def export_token(self) -> str:
        """The end of the newest link to an export of one's data."""
        beginning = f"{self.url}/v1/exports/"
        mails = until(
            lambda: [link for mail in self.mails(self.user["email"]) for link in self._links(mail, beginning)], bool
        )
        return mails[0].removeprefix(beginning)

    def mailed_link(self, parameter: str, recipient: str = "") -> str:
        """The newest link that this parameter makes one of its kind, to the address of the account or to another."""
        beginning, to = f"{self.url}/?{parameter}=", recipient or self.user["email"]
        found = until(lambda: [link for mail in self.mails(to) for link in self._links(mail, beginning)], bool)
        return found[0].removeprefix(self.url)

    def _links(self, mail: Mapping[str, Any], beginning: str) -> list[str]:
        words = self.page(f"/mail/messages/{quote(mail['id'])}.json").ok()["text"].split()
        return [word for word in words if word.startswith(beginning)]

    def _send(self, method: str, target: str, content: str | None, headers: Mapping[str, str]) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=60)
        try:
            connection.request(method, target, content, dict(headers))
            response = connection.getresponse()
            raw = response.read()
            confidences.note(content or "")
            confidences.note(raw.decode(errors="replace"))
            confidences.note_path(target)
            named = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, named, _decoded(raw), raw)
        finally:
            connection.close()


def until(look: Callable[[], T], is_there: Callable[[T], bool]) -> T:
    """What `look` gives once `is_there`; fails after two minutes with what was there last."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not is_there(found := look()):
        assert time.monotonic() < deadline, f"still {found}"
        time.sleep(0.05)
    return found


def _decoded(raw: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode(errors="replace")
