from __future__ import annotations

import base64
from decimal import Decimal
from typing import Annotated, Any

import msgspec
import pytest
from tests.fakes import ADMIN_ID, CUSTOMER_ID, Event, admin_event, call, customer_event, make_shop, public_event

from tradewind.edge.http import (
    CONTENT_SECURITY_POLICY,
    MAX_BODY_BYTES,
    Contract,
    Empty,
    Request,
    Response,
    endpoint,
)
from tradewind.kernel.caller import Role
from tradewind.kernel.errors import Conflict, Detail, NotFound, TooMany
from tradewind.settings import Settings
from tradewind.shop import Shop

HUGE_BODY = '"' + "é" * (MAX_BODY_BYTES // 2) + '"'
TOO_DEEP = '{"lampName": 1, "parts": ' + "[" * 100_000 + "]" * 100_000 + "}"
SECRET_OF_THE_INSIDE = "postgres://admin@inside"


class Part(msgspec.Struct, frozen=True, rename="camel"):
    """Sixteen at most."""

    part_name: Annotated[str, msgspec.Meta(min_length=1)]
    count: Annotated[int, msgspec.Meta(ge=1, le=16)]


class Lamp(msgspec.Struct, frozen=True, rename="camel"):
    lamp_name: str
    price: Decimal
    parts: list[Part] = []


class LampPath(msgspec.Struct, frozen=True, rename="camel"):
    lamp_id: str
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20


class LampView(msgspec.Struct, frozen=True, rename="camel"):
    lamp_name: str
    price: Decimal
    seen_by: str


class LampNotFound(NotFound):
    """There is no such lamp."""


class LampTaken(Conflict):
    """Somebody has it."""


class TooBright(TooMany):
    """Slow down."""


@endpoint(role=Role.CUSTOMER, body=Lamp, status=201)
def make_lamp(request: Request[Lamp, Empty], _: Shop) -> LampView:
    """Make a lamp."""
    return LampView(request.body.lamp_name, request.body.price, request.caller.user_id)


@endpoint(params=LampPath)
def read_lamp(request: Request[Empty, LampPath], _: Shop) -> LampPath:
    """Read a lamp."""
    return request.params


@endpoint(role=Role.ADMIN, status=204)
def break_lamp(_: Request[Empty, Empty], __: Shop) -> None:
    """Break a lamp."""


@endpoint()
def show_request(request: Request[Empty, Empty], _: Shop) -> dict[str, Any]:
    """Show what arrived."""
    return {"headers": dict(request.headers), "raw": request.raw_body, "correlation": request.log.correlation_id}


@endpoint()
def draw_lamp(_: Request[Empty, Empty], __: Shop) -> Response:
    """Draw a lamp."""
    return Response(202, b"<svg/>", {"content-type": "image/svg+xml", "cache-control": "max-age=300"})


@endpoint(params=LampPath)
def refuse(request: Request[Empty, LampPath], _: Shop) -> None:
    """Refuse in the way that is asked for."""
    kinds = {"missing": LampNotFound, "taken": LampTaken, "bright": TooBright}
    kind = kinds[request.params.lamp_id]
    raise kind("No lamp.", (Detail("lampId", "no"),), retry_after_seconds=7 if kind is TooBright else None)


@endpoint()
def fail(_: Request[Empty, Empty], __: Shop) -> None:
    """Fail."""
    raise RuntimeError(SECRET_OF_THE_INSIDE)


LAMP = {"lampName": "Tall", "price": 12.5}


def line_of(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The one line that an invocation wrote."""
    [line] = capsys.readouterr().out.splitlines()
    decoded: dict[str, Any] = msgspec.json.decode(line)
    return decoded


class TestAnswer:
    def test_message_is_the_body(self) -> None:
        status, body = call(make_lamp, customer_event(LAMP), make_shop())
        assert (status, body) == (201, {"lampName": "Tall", "price": 12.5, "seenBy": CUSTOMER_ID})

    def test_decimals_are_written_as_numbers_to_the_digit(self) -> None:
        answer = make_lamp(customer_event('{"lampName": "x", "price": "0.10"}'), None, make_shop())
        assert '"price":0.10,' in answer["body"]

    def test_nothing_is_an_empty_body(self) -> None:
        answer = break_lamp(admin_event(), None, make_shop())
        assert (answer["statusCode"], answer["body"], answer["isBase64Encoded"]) == (204, "", False)

    def test_reply_decides_status_body_and_headers(self) -> None:
        answer = draw_lamp(public_event(), None, make_shop())
        assert (answer["statusCode"], answer["body"]) == (202, "<svg/>")
        assert answer["headers"]["content-type"] == "image/svg+xml"
        assert answer["headers"]["cache-control"] == "max-age=300"
        assert answer["headers"]["x-content-type-options"] == "nosniff"

    @pytest.mark.parametrize("event", [public_event(), public_event(LAMP)], ids=["success", "refusal"])
    def test_every_answer_is_guarded(self, event: Event) -> None:
        headers = make_lamp(event, None, make_shop())["headers"]
        assert headers == {
            "content-type": "application/json",
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
            "referrer-policy": "no-referrer",
            "strict-transport-security": "max-age=63072000; includeSubDomains",
            "content-security-policy": CONTENT_SECURITY_POLICY,
            "x-request-id": "request-1",
            "access-control-allow-origin": "*",
            "access-control-expose-headers": "x-request-id,retry-after",
        }

    @pytest.mark.parametrize("origin", ["https://shop.example", "https://office.example"])
    def test_page_of_each_allowed_origin_may_read_answers(self, origin: str) -> None:
        headers = self.answer_to({"Origin": origin})
        assert (headers["access-control-allow-origin"], headers["vary"]) == (origin, "origin")

    @pytest.mark.parametrize("given", [{}, {"Origin": "https://shop.example.evil"}, {"Origin": ""}, {"Origin": "null"}])
    def test_page_of_another_origin_may_read_none(self, given: dict[str, str]) -> None:
        headers = self.answer_to(given)
        assert ("access-control-allow-origin" in headers, headers["vary"]) == (False, "origin")

    def answer_to(self, headers: dict[str, str]) -> dict[str, str]:
        shop = make_shop(settings=Settings(cors_origin="https://shop.example,https://office.example"))
        answered: dict[str, str] = make_lamp(public_event(LAMP, headers=headers), None, shop)["headers"]
        return answered


class TestRequest:
    def test_path_and_query_become_params(self) -> None:
        event = public_event(path={"lampId": "L1"}, query={"limit": "5", "unknown": "x"})
        assert call(read_lamp, event, make_shop()) == (200, {"lampId": "L1", "limit": 5})

    @pytest.mark.parametrize(
        ("encoded", "decoded"),
        [
            ("a%20b", "a b"),
            ("Home%20%26%20Garden", "Home & Garden"),
            ("Caf%C3%A9", "Café"),
            ("a%2Fb", "a/b"),
            ("a+b", "a+b"),
        ],
    )
    def test_parameter_of_the_path_is_decoded_once(self, encoded: str, decoded: str) -> None:
        event = public_event(path={"lampId": encoded}, query={"limit": "5"})
        assert call(read_lamp, event, make_shop()) == (200, {"lampId": decoded, "limit": 5})

    def test_percent_sign_that_was_meant_stays(self) -> None:
        event = public_event(path={"lampId": "100%2525"}, query={"limit": "5"})
        assert call(read_lamp, event, make_shop())[1]["lampId"] == "100%25"

    def test_path_that_is_not_utf_8_is_refused(self) -> None:
        event = public_event(path={"lampId": "%ff"}, query={"limit": "5"})
        assert call(read_lamp, event, make_shop())[1]["error"] == "InvalidRequest"

    def test_path_wins_over_the_query(self) -> None:
        event = public_event(path={"lampId": "L1"}, query={"lampId": "L2"})
        assert call(read_lamp, event, make_shop())[1]["lampId"] == "L1"

    def test_header_names_are_lower_case(self) -> None:
        event = public_event(headers={"X-Lamp": "Tall", "content-TYPE": "text/plain"})
        headers = call(show_request, event, make_shop())[1]["headers"]
        assert headers == {"content-type": "text/plain", "x-lamp": "Tall"}

    def test_event_without_headers_and_authorizer_is_a_public_request(self) -> None:
        event: Event = {"httpMethod": "GET", "resource": "/lamp", "headers": None, "body": None, "requestContext": {}}
        assert call(show_request, event, make_shop()) == (200, {"headers": {}, "raw": "", "correlation": ""})

    def test_raw_body_is_the_text_as_it_came(self) -> None:
        assert call(show_request, public_event(' {"a":1}\n'), make_shop())[1]["raw"] == ' {"a":1}\n'

    def test_base64_body_is_decoded(self) -> None:
        event: Event = customer_event(base64.b64encode(msgspec.json.encode(LAMP)).decode())
        event["isBase64Encoded"] = True
        assert call(make_lamp, event, make_shop())[0] == 201

    @pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
    def test_content_type_may_have_parameters(self, content_type: str) -> None:
        event = customer_event(LAMP, headers={"Content-Type": content_type})
        assert call(make_lamp, event, make_shop())[0] == 201

    def test_body_without_a_content_type_is_taken_for_json(self) -> None:
        assert call(make_lamp, customer_event(LAMP) | {"headers": {}}, make_shop())[0] == 201

    @pytest.mark.parametrize("event", [customer_event(LAMP), admin_event(LAMP)], ids=["customer", "administrator"])
    def test_administrator_passes_wherever_a_customer_does(self, event: Event) -> None:
        assert call(make_lamp, event, make_shop())[0] == 201


class TestRefusals:
    @pytest.mark.parametrize(
        "body",
        ["", "{", "nonsense", '{"lampName": "x"', "\ud800", "[" * 100_000, '{"lampName": 1, nonsense', TOO_DEEP],
        ids=lambda body: f"{body[:20]!r}",
    )
    def test_400_what_is_not_json(self, body: str) -> None:
        status, answer = call(make_lamp, customer_event() | {"body": body}, make_shop())
        assert (status, answer["error"]) == (400, "InvalidJson")

    @pytest.mark.parametrize("number", ["1e400", "-1e400"])
    def test_422_a_number_that_no_float_can_hold(self, number: str) -> None:
        body = f'{{"lampName": {number}, "price": 1}}'
        status, answer = call(make_lamp, customer_event() | {"body": body}, make_shop())
        assert (status, [each["field"] for each in answer["details"]]) == (422, ["lampName"])

    def test_400_base64_that_is_none(self) -> None:
        status, answer = call(make_lamp, customer_event("a") | {"isBase64Encoded": True}, make_shop())
        assert (status, answer["error"]) == (400, "InvalidJson")

    @pytest.mark.parametrize("lambda_function", [make_lamp, break_lamp])
    def test_401_nobody(self, lambda_function: Any) -> None:  # noqa: ANN401 - endpoints of different types
        status, answer = call(lambda_function, public_event(LAMP), make_shop())
        assert (status, answer["error"]) == (401, "SignInRequired")

    def test_401_comes_before_anything_about_the_body(self) -> None:
        assert call(make_lamp, public_event("{"), make_shop())[0] == 401

    def test_403_customer_at_an_administrators_operation(self) -> None:
        status, answer = call(break_lamp, customer_event(), make_shop())
        assert (status, answer["error"]) == (403, "AdminOnly")

    @pytest.mark.parametrize(("way", "status", "code"), [("missing", 404, "LampNotFound"), ("taken", 409, "LampTaken")])
    def test_404_409_what_the_handler_says(self, way: str, status: int, code: str) -> None:
        answer = refuse(public_event(path={"lampId": way}), None, make_shop())
        assert answer["statusCode"] == status
        assert "retry-after" not in answer["headers"]
        assert msgspec.json.decode(answer["body"]) == {
            "error": code,
            "message": "No lamp.",
            "details": [{"field": "lampId", "message": "no"}],
            "requestId": "request-1",
        }

    def test_429_says_when_to_come_back(self) -> None:
        answer = refuse(public_event(path={"lampId": "bright"}), None, make_shop())
        assert (answer["statusCode"], answer["headers"]["retry-after"]) == (429, "7")

    @pytest.mark.parametrize("body", [HUGE_BODY, "x" * (MAX_BODY_BYTES + 1)], ids=["in bytes", "in characters"])
    def test_413_body_beyond_the_limit(self, body: str) -> None:
        status, answer = call(make_lamp, customer_event(body), make_shop())
        assert (status, answer["error"]) == (413, "BodyTooLarge")

    def test_largest_body_is_read(self) -> None:
        assert call(show_request, public_event("x" * MAX_BODY_BYTES), make_shop())[0] == 200

    def test_415_other_content_type(self) -> None:
        event = customer_event(LAMP, headers={"Content-Type": "text/xml"})
        status, answer = call(make_lamp, event, make_shop())
        assert (status, answer["error"]) == (415, "NotJson")

    def test_422_names_every_field(self) -> None:
        body = {"price": True, "parts": [{"partName": "", "count": 0}, {"partName": "foot", "count": 17}]}
        status, answer = call(make_lamp, customer_event(body), make_shop())
        assert (status, answer["error"]) == (422, "InvalidRequest")
        fields = [detail["field"] for detail in answer["details"]]
        assert fields == ["lampName", "price", "parts[0].partName", "parts[0].count", "parts[1].count"]
        assert answer["message"] == f"The request is not valid. Please correct: {', '.join(fields)}."

    def test_422_text_is_no_number_in_a_body(self) -> None:
        body = LAMP | {"parts": [{"partName": "foot", "count": "3"}]}
        status, answer = call(make_lamp, customer_event(body), make_shop())
        assert (status, [detail["field"] for detail in answer["details"]]) == (422, ["parts[0].count"])

    @pytest.mark.parametrize("body", ["[]", "1", "null", '"text"'])
    def test_422_body_that_is_no_object(self, body: str) -> None:
        status, answer = call(make_lamp, customer_event() | {"body": body}, make_shop())
        assert (status, [detail["field"] for detail in answer["details"]]) == (422, ["body"])

    @pytest.mark.parametrize("limit", ["0", "101", "many", "1.5", ""])
    def test_422_query_out_of_range(self, limit: str) -> None:
        event = public_event(path={"lampId": "L1"}, query={"limit": limit})
        status, answer = call(read_lamp, event, make_shop())
        assert (status, [detail["field"] for detail in answer["details"]]) == (422, ["limit"])

    def test_500_says_nothing_about_the_inside(self, capsys: pytest.CaptureFixture[str]) -> None:
        answer = fail(public_event(), None, make_shop())
        body = msgspec.json.decode(answer["body"])
        assert (answer["statusCode"], body["error"], body["requestId"]) == (500, "InternalError", "request-1")
        assert SECRET_OF_THE_INSIDE not in answer["body"]
        assert "RuntimeError" not in answer["body"]
        assert line_of(capsys)["metadata"]["fault"] == SECRET_OF_THE_INSIDE


class TestLogLine:
    def test_one_line_for_a_success(self, capsys: pytest.CaptureFixture[str]) -> None:
        make_lamp(customer_event(LAMP), None, make_shop())
        line = line_of(capsys)
        assert line["metadata"] == {"status": 201, "route": "POST /test"}
        shown = ("level", "event", "message", "requestId", "correlationId", "userId", "functionName", "timestamp")
        assert [line[name] for name in shown] == [
            "INFO", "make_lamp", "201", "request-1", "request-1", CUSTOMER_ID, "local", "2026-11-21T03:04:05.678Z",
        ]  # fmt: skip
        assert line["duration"] >= 0

    def test_one_line_for_a_refusal(self, capsys: pytest.CaptureFixture[str]) -> None:
        call(refuse, admin_event(path={"lampId": "taken"}), make_shop())
        line = line_of(capsys)
        assert (line["level"], line["message"], line["userId"]) == ("WARN", "LampTaken", ADMIN_ID)
        assert line["metadata"]["status"] == 409

    def test_one_line_for_a_fault(self, capsys: pytest.CaptureFixture[str]) -> None:
        call(fail, public_event(), make_shop())
        line = line_of(capsys)
        assert (line["level"], line["message"], line["metadata"]["status"]) == ("ERROR", "RuntimeError", 500)
        assert "in fail" in line["metadata"]["stack"][-1]

    def test_nothing_that_the_caller_sent_is_in_it(self, capsys: pytest.CaptureFixture[str]) -> None:
        event = customer_event(LAMP | {"lampName": "hunter2"}, headers={"Authorization": "Bearer hunter2"})
        call(make_lamp, event, make_shop())
        call(make_lamp, customer_event({"lampName": 5, "price": "hunter2"}), make_shop())
        assert "hunter2" not in capsys.readouterr().out

    @pytest.mark.parametrize("name", ["x-correlation-id", "X-Correlation-Id", "X-CORRELATION-ID"])
    def test_own_correlation_id_is_followed(self, capsys: pytest.CaptureFixture[str], name: str) -> None:
        _, answer = call(show_request, public_event(headers={name: "trip-1_a"}), make_shop())
        assert answer["correlation"] == "trip-1_a"
        line = line_of(capsys)
        assert (line["requestId"], line["correlationId"]) == ("request-1", "trip-1_a")

    def test_longest_correlation_id(self) -> None:
        _, answer = call(show_request, public_event(headers={"x-correlation-id": "x" * 128}), make_shop())
        assert answer["correlation"] == "x" * 128

    @pytest.mark.parametrize("wanted", ["", "a b", "a\nb", "x" * 129, "é", "---", '{"a":1}'])
    def test_what_is_no_id_is_not(self, wanted: str) -> None:
        _, answer = call(show_request, public_event(headers={"x-correlation-id": wanted}), make_shop())
        assert answer["correlation"] == "request-1"


class TestContract:
    def test_endpoint_says_what_the_exports_need(self) -> None:
        assert make_lamp.contract == Contract(
            role=Role.CUSTOMER, body=Lamp, params=Empty, status=201, errors=(), headers=(), response=None
        )
        assert (make_lamp.__name__, make_lamp.__doc__) == ("make_lamp", "Make a lamp.")
        assert make_lamp.__module__ == __name__
