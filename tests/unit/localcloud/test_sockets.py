from __future__ import annotations

import errno
import socket

import pytest
from tests.ports import free_port

from tradewind_tools.localcloud.errors import PortForbidden, PortTaken
from tradewind_tools.localcloud.sockets import listen, listen_preferring, port_of


def refuse_to_bind(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def bind(_: socket.socket, __: object) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(socket.socket, "bind", bind)


def test_port_of_another_program_is_told_from_one_that_is_not_for_us(monkeypatch: pytest.MonkeyPatch) -> None:
    with listen() as taken, pytest.raises(PortTaken, match=f"--port {port_of(taken) + 1}"):
        listen(port_of(taken))
    refuse_to_bind(monkeypatch, errno.EACCES)
    with pytest.raises(PortForbidden, match="from 1024 on"):
        listen(80)


def test_any_other_fault_is_none_of_these(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_to_bind(monkeypatch, errno.ENETDOWN)
    with pytest.raises(OSError, match="no"):
        listen()


def test_preferred_port_is_taken_where_it_is_free() -> None:
    port = free_port()
    with listen_preferring(port) as first, listen_preferring(port) as second:
        assert port_of(first) == port != port_of(second)


def test_port_without_a_preference_is_none_that_connections_are_given() -> None:
    with listen_preferring(None) as sock:
        assert port_of(sock) in range(20_000, 30_000)
