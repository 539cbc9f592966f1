"""Listening sockets, opened by the starting process and inherited by the server: no port is lost in between."""

from __future__ import annotations

import errno
import socket
from contextlib import suppress
from random import SystemRandom

from tradewind_tools.localcloud.errors import PortForbidden, PortTaken
from tradewind_tools.ministack.environment import LOOPBACK

DEFAULT_PORT = 8080
"""Where the front door is, unless another port is asked for."""

BACKLOG = 512

_LASTING_PORTS = range(20_000, 30_000)
"""Below those that systems give to connections: none of these takes the port while its server starts again."""


def listen(port: int = 0) -> socket.socket:
    """Listen on `port` of the loopback address; 0 takes any free one. Raises `PortTaken` or `PortForbidden`."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((LOOPBACK, port))
    except OSError as fault:
        sock.close()
        if fault.errno == errno.EADDRINUSE:
            raise PortTaken(port) from fault
        if fault.errno == errno.EACCES:
            raise PortForbidden(port) from fault
        raise
    sock.listen(BACKLOG)
    return sock


def listen_preferring(port: int | None) -> socket.socket:
    """Listen on `port` when it is free, on any other otherwise, which can be preferred the next time."""
    if port is not None:
        with suppress(PortTaken):
            return listen(port)
    return listen_preferring(SystemRandom().choice(_LASTING_PORTS))


def port_of(sock: socket.socket) -> int:
    return int(sock.getsockname()[1])
