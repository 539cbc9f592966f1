from __future__ import annotations

import socket

import pytest
from tests.fakes import FakeClock
from tests.unit.aws.conftest import Answer, ScriptedServer

from tradewind.aws.secrets import ExtensionSecrets, Secret, SecretUnavailable

NAME = "tradewind/local/token-key"
KEY = Answer(200, {"ARN": "arn", "Name": NAME, "SecretString": "k1", "VersionId": "v1", "VersionStages": []})
NEXT_KEY = Answer(200, {"SecretString": "k2", "VersionId": "v2"})


@pytest.fixture
def secrets(server: ScriptedServer, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> ExtensionSecrets:
    monkeypatch.setenv("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", str(server.port))
    monkeypatch.setenv("AWS_SESSION_TOKEN", "session-1")
    return ExtensionSecrets(clock)


def test_asks_as_the_extension_wants_it(secrets: ExtensionSecrets, server: ScriptedServer) -> None:
    server.answers = [KEY]
    assert secrets.current(NAME) == Secret("k1", "v1")
    [(path, headers, _)] = server.requests
    assert path == "/secretsmanager/get?secretId=tradewind%2Flocal%2Ftoken-key&versionStage=AWSCURRENT"
    assert headers["x-aws-parameters-secrets-token"] == "session-1"


def test_previous_value_is_asked_for_by_its_stage(secrets: ExtensionSecrets, server: ScriptedServer) -> None:
    server.answers = [KEY]
    assert secrets.previous(NAME) == Secret("k1", "v1")
    assert server.requests[0][0].endswith("&versionStage=AWSPREVIOUS")


def test_value_is_kept_for_five_minutes(secrets: ExtensionSecrets, server: ScriptedServer, clock: FakeClock) -> None:
    server.answers = [KEY, NEXT_KEY]
    secrets.current(NAME)
    clock.advance(299)
    assert secrets.current(NAME).secret_string == "k1"
    clock.advance(1)
    assert secrets.current(NAME).secret_string == "k2"
    assert len(server.requests) == 2


@pytest.mark.parametrize("status", [400, 404])
def test_no_previous_value_is_none_and_that_is_kept_too(
    secrets: ExtensionSecrets, server: ScriptedServer, status: int
) -> None:
    server.answers = [Answer(status, {"message": "ResourceNotFoundException"})]
    assert secrets.previous(NAME) is None
    assert secrets.previous(NAME) is None
    assert len(server.requests) == 1


def test_secret_that_does_not_exist(secrets: ExtensionSecrets, server: ScriptedServer) -> None:
    server.answers = [Answer(400, {"message": "Secrets Manager can't find the specified secret."})]
    with pytest.raises(SecretUnavailable, match="does not exist"):
        secrets.current(NAME)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
def test_any_other_answer_is_an_error_and_not_kept(
    secrets: ExtensionSecrets, server: ScriptedServer, status: int
) -> None:
    server.answers = [Answer(status, {"message": "ThrottlingException: Rate exceeded"}), KEY]
    with pytest.raises(SecretUnavailable, match=str(status)):
        secrets.current(NAME)
    assert secrets.current(NAME).version_id == "v1"


def test_long_value_arrives_whole(secrets: ExtensionSecrets, server: ScriptedServer) -> None:
    server.answers = [Answer(200, {"SecretString": "k" * 200_000, "VersionId": "v1"})]
    assert len(secrets.current(NAME).secret_string) == 200_000


def test_extension_that_does_not_run(monkeypatch: pytest.MonkeyPatch, clock: FakeClock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        monkeypatch.setenv("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", str(sock.getsockname()[1]))
    with pytest.raises(SecretUnavailable, match="does not answer"):
        ExtensionSecrets(clock).current(NAME)


def test_previous_value_is_read_again_after_a_throttle(secrets: ExtensionSecrets, server: ScriptedServer) -> None:
    server.answers = [Answer(400, {"message": "ThrottlingException: Rate exceeded"}), KEY]
    with pytest.raises(SecretUnavailable, match="400"):
        secrets.previous(NAME)
    assert secrets.previous(NAME) == Secret("k1", "v1")
