from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple, Protocol
from urllib.parse import parse_qsl

import boto3
import msgspec
import pytest
from botocore.exceptions import ClientError
from tests.ports import free_port

from tradewind.aws import sdk
from tradewind.aws.sdk import BRIEF, RUN, Patience, Refused, Unanswered, refusal_code
from tradewind.aws.services import SERVICES
from tradewind.checkout.model import LONGEST_RUN
from tradewind_tools.blueprint.functions import FUNCTIONS

KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "a-session"}


class Asked(NamedTuple):
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int


class Service:
    """A service of AWS on this machine: gives the answers in turn, and remembers what it was asked.

    An answer of None closes the connection instead.
    """

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: list[tuple[int, dict[str, str], bytes] | None] = []
        self.closes = False

    def gives(self, body: object, status: int = 200, **headers: str) -> None:
        content = body if isinstance(body, bytes) else msgspec.json.encode(body)
        self.answers.append((status, {name.replace("_", "-"): value for name, value in headers.items()}, content))


def handler_of(service: Service) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            named = {name.lower(): value for name, value in self.headers.items()}
            service.asked.append(Asked(self.path, named, body, self.client_address[1]))
            answer = service.answers.pop(0)
            self.close_connection = service.closes or answer is None
            if answer is None:
                return
            status, headers, content = answer
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    return Handler


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    service = Service()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(service))
    server.daemon_threads = True
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    for name, value in {**KEYS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setattr(sdk, "_PAUSE_SECONDS", 0.0)
    yield service
    server.shutdown()
    server.server_close()


class Connect(Protocol):
    def __call__(self, service: str, patience: Patience = BRIEF) -> Any: ...  # noqa: ANN401 - as sdk.connect


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Makes clients, and closes them when the test is over."""
    made: list[Any] = []

    def make(service: str, patience: Patience = BRIEF) -> Any:  # noqa: ANN401 - as sdk.connect
        made.append(sdk.connect(service, patience))
        return made[-1]

    yield make
    for client in made:
        client.close()


def test_call_is_a_signed_request_and_its_answer_decoded(service: Service, connect: Connect) -> None:
    service.gives({"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]})
    entry = {"Time": datetime(2026, 11, 21, tzinfo=UTC), "Detail": '{"größe": 1}'}
    assert connect("events").put_events(Entries=[entry])["FailedEntryCount"] == 0
    [asked] = service.asked
    assert msgspec.json.decode(asked.body) == {"Entries": [{"Time": 1795219200.0, "Detail": '{"größe": 1}'}]}
    assert asked.headers["x-amz-target"] == "AWSEvents.PutEvents"
    assert asked.headers["x-amz-security-token"] == "a-session"
    assert "Credential=AKIDEXAMPLE/" in asked.headers["authorization"]
    assert "/eu-west-1/events/aws4_request" in asked.headers["authorization"]


def test_mail_is_sent_to_its_own_path(service: Service, connect: Connect) -> None:
    service.gives({"MessageId": "mail-1"})
    assert connect("sesv2").send_email(Content={"Simple": {}})["MessageId"] == "mail-1"
    assert [asked.path for asked in service.asked] == ["/v2/email/outbound-emails"]


def test_short_message_is_a_form_answered_in_xml(service: Service, connect: Connect) -> None:
    service.gives(b"<PublishResponse><PublishResult><MessageId>sms-1</MessageId></PublishResult></PublishResponse>")
    attributes = {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}}
    answer = connect("sns").publish(PhoneNumber="+4420", Message="Größe & co", MessageAttributes=attributes)
    assert answer["MessageId"] == "sms-1"
    assert dict(parse_qsl(service.asked[0].body.decode())) == {
        "Action": "Publish",
        "Version": "2010-03-31",
        "PhoneNumber": "+4420",
        "Message": "Größe & co",
        "MessageAttributes.entry.1.Name": "AWS.SNS.SMS.SMSType",
        "MessageAttributes.entry.1.Value.DataType": "String",
        "MessageAttributes.entry.1.Value.StringValue": "Transactional",
    }


@pytest.mark.parametrize(
    ("name", "body", "headers"),
    [
        ("sqs", {"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "of ada@example.com"}, {}),
        ("sesv2", {"message": "of ada@example.com"}, {"x_amzn_errortype": "QueueDoesNotExist:http://aws/"}),
        ("sns", b"<ErrorResponse><Error><Code>QueueDoesNotExist</Code></Error></ErrorResponse>", {}),
    ],
)
def test_refusal_says_its_code_and_is_not_repeated(
    service: Service, connect: Connect, name: str, body: object, headers: dict[str, str]
) -> None:
    service.gives(body, 400, **headers)
    method = {"sqs": "get_queue_url", "sesv2": "send_email", "sns": "publish"}[name]
    with pytest.raises(Refused) as raised:
        getattr(connect(name), method)()
    assert (refusal_code(raised.value), str(raised.value)) == ("QueueDoesNotExist", "400 QueueDoesNotExist")


@pytest.mark.parametrize("status_and_code", [(503, "ServiceUnavailable"), (400, "ThrottlingException"), (500, "")])
def test_what_passes_is_asked_once_more(service: Service, connect: Connect, status_and_code: tuple[int, str]) -> None:
    status, code = status_and_code
    service.gives({"__type": code}, status)
    service.gives({"QueueUrl": "url"})
    assert connect("sqs").get_queue_url(QueueName="q") == {"QueueUrl": "url"}
    assert len(service.asked) == 2


def test_run_is_begun_once_however_it_is_refused(service: Service, connect: Connect) -> None:
    service.gives({"__type": "ThrottlingException"}, 400)
    with pytest.raises(Refused, match="400 ThrottlingException"):
        connect("stepfunctions", RUN).start_sync_execution(input="{}")
    assert len(service.asked) == 1


def test_lost_answer_is_asked_for_once_more_and_then_given_up(service: Service, connect: Connect) -> None:
    service.answers = [None, None]
    with pytest.raises(Unanswered):
        connect("sqs").get_queue_url(QueueName="q")
    assert len(service.asked) == 2


def test_connection_is_kept_and_one_that_was_closed_meanwhile_made_anew(service: Service, connect: Connect) -> None:
    client = connect("stepfunctions", RUN)
    for _ in range(2):
        service.gives({"status": "SUCCEEDED"})
        client.start_sync_execution(input="{}")
    service.closes = True
    service.gives({"status": "SUCCEEDED"})
    client.start_sync_execution(input="{}")
    service.gives({"status": "SUCCEEDED"})
    _wait_until_closed(client._connection.sock)
    client.start_sync_execution(input="{}")
    first, second, third, fourth = (asked.connection for asked in service.asked)
    assert first == second == third != fourth


def _wait_until_closed(connection: socket.socket | None) -> None:
    if connection:
        connection.recv(1, socket.MSG_PEEK)


def test_service_that_is_not_there_is_unanswered(monkeypatch: pytest.MonkeyPatch, connect: Connect) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setattr(sdk, "_PAUSE_SECONDS", 0.0)
    with pytest.raises(Unanswered, match="ConnectionRefusedError"):
        connect("events").put_events(Entries=[])


@pytest.mark.parametrize("name", sorted(SERVICES))
@pytest.mark.parametrize("region", ["eu-west-1", "cn-north-1"])
def test_service_stands_where_boto3_finds_it(
    monkeypatch: pytest.MonkeyPatch, connect: Connect, boto_session: boto3.Session, name: str, region: str
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_REGION", region)
    boto: Any = boto_session.client(name, region_name=region)  # type: ignore[call-overload]
    ours = connect(name)
    address = boto.meta.endpoint_url.removeprefix("https://")
    assert ours._host.removeprefix("sync-") == address
    assert ours._service.signs_as == boto.meta.service_model.signing_name


def test_no_call_waits_long_and_a_run_is_awaited_to_its_end() -> None:
    assert (sdk.CONNECT_TIMEOUT_SECONDS + BRIEF.read_timeout_seconds) * BRIEF.attempts <= 12
    (starter,) = (each for each in FUNCTIONS if each.name == "checkout-starter")
    assert LONGEST_RUN.total_seconds() < RUN.read_timeout_seconds
    assert RUN.read_timeout_seconds < starter.timeout_seconds - sdk.CONNECT_TIMEOUT_SECONDS
    assert RUN.attempts == 1


def test_code_of_a_refusal_is_known_of_both_clients_and_of_nothing_else() -> None:
    assert refusal_code(ClientError({"Error": {"Code": "NotFound"}}, "GetItem")) == "NotFound"
    assert refusal_code(Refused("NotFound", 400, "")) == "NotFound"
    assert refusal_code(ValueError("no response")) == ""
