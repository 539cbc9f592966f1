from __future__ import annotations


class LocalCloudError(Exception):
    """Something a person can act on; its text is one clear line that says what to do."""


class PortTaken(LocalCloudError):
    """Another program already listens on the port."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"Port {port} is taken by another program. Stop it, or choose another: ./dev up --port {port + 1}"
        )


class ServerFailed(LocalCloudError):
    """The server process ended, or did not become ready in time."""


class StackFailed(LocalCloudError):
    """CloudFormation refused the template; the text names each failed resource and its reason."""
