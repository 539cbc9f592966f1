"""Ports for servers that a test starts."""

from __future__ import annotations

from tradewind_tools.localcloud.sockets import listen_preferring, port_of


def free_port() -> int:
    """A free one below those that systems give to connections: nobody is given it before the server has it."""
    with listen_preferring(None) as sock:
        return port_of(sock)
