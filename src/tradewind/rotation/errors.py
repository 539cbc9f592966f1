"""Why a rotation ends without a new key in use; Secrets Manager reports it, and the key in use stays."""

from __future__ import annotations


class KeyMissing(Exception):
    """There is no value to put in use: the first step did not run."""

    def __init__(self, secret_id: str, version_id: str) -> None:
        super().__init__(f"{secret_id} has no value of the version {version_id}")


class KeyUnusable(Exception):
    """The value is not one that we made; the message does not contain it."""

    def __init__(self, secret_id: str, version_id: str) -> None:
        super().__init__(f"the version {version_id} of {secret_id} is no key of ours")


class TooLate(Exception):
    """The key would begin to sign before every verifier knows it: rotate again, for a new one."""

    def __init__(self, secret_id: str, version_id: str) -> None:
        super().__init__(f"the version {version_id} of {secret_id} was made too long ago")
