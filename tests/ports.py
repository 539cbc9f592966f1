"""Ports for servers that a test starts."""

from __future__ import annotations

import random
from contextlib import suppress

from tradewind_tools.localcloud.errors import PortTaken
from tradewind_tools.localcloud.sockets import listen


def free_port() -> int:
    """A free one below those that systems give to connections: nobody is given it before the server has it."""
    chance = random.SystemRandom()
    while True:
        port = chance.randrange(20_000, 30_000)
        with suppress(PortTaken), listen(port):
            return port
