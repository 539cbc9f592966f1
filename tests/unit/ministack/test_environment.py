from __future__ import annotations

from pathlib import Path

from tradewind_tools.ministack.environment import server_environment


def environment(**inherited: str) -> dict[str, str]:
    return server_environment(4566, Path("/state"), persistent=True, inherited=inherited)


def test_settings_of_a_real_account_do_not_leak_in() -> None:
    built = environment(AWS_PROFILE="production", AWS_ENDPOINT_URL_DYNAMODB="https://aws", AWS_ACCESS_KEY_ID="real")
    assert "AWS_PROFILE" not in built
    assert "AWS_ENDPOINT_URL_DYNAMODB" not in built
    assert built["AWS_ACCESS_KEY_ID"] == "test"


def test_other_variables_stay() -> None:
    assert environment(HOME="/home/robin")["HOME"] == "/home/robin"


def test_functions_find_the_cloud_and_its_secrets() -> None:
    built = environment()
    assert built["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    assert built["PARAMETERS_SECRETS_EXTENSION_HTTP_PORT"] == "4566"


def test_cloud_listens_to_this_machine_alone() -> None:
    built = environment()
    assert built["BIND_HOST"] == "127.0.0.1"
    assert (built["IOT_MTLS_ENABLED"], built["SFTP_ENABLED"]) == ("0", "0")


def test_everything_is_kept_in_the_state_folder() -> None:
    built = environment()
    assert {built[name] for name in ("STATE_DIR", "S3_DATA_DIR", "TMPDIR")} == {
        "/state/services",
        "/state/s3",
        "/state/tmp",
    }


def test_nothing_is_kept_without_persistence() -> None:
    built = server_environment(4566, Path("/state"), persistent=False, inherited={})
    assert (built["PERSIST_STATE"], built["S3_PERSIST"]) == ("0", "0")
