"""What `./dev up` prints while it works: a moving line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from tradewind_tools.localcloud import seed
from tradewind_tools.localcloud.deploy import StackChange
from tradewind_tools.localcloud.process import ServerProcess
from tradewind_tools.localcloud.state import Running, StateFolder

_AS_JSON = "-H 'Content-Type: application/json'"
_TAKING_IT = """python3 -c 'import json, sys; print(json.load(sys.stdin)["token"])'"""


class Narrator:
    """Prints the steps of a start and, at its end, what to do next."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False, soft_wrap=True)
        self._begin = time.monotonic()

    @contextmanager
    def step(self, doing: str) -> Iterator[None]:
        """Show a step while it runs, and how long it took when it succeeded."""
        begin = time.monotonic()
        if self._console.is_terminal:
            with self._console.status(f"{doing} …"):
                yield
        else:
            yield
        self._console.print(f"[green]✓[/] {doing} [dim]({time.monotonic() - begin:.1f} s)[/]")

    def report_ready(self, server: ServerProcess, folder: StateFolder, change: StackChange, *, ending: str) -> None:
        """Print the addresses, the administrator's login and the first commands to try."""
        took = time.monotonic() - self._begin
        self._console.print(f"\n[bold]Tradewind is ready[/] [dim]in {took:.1f} s; functions {change}. {ending}.[/]\n")
        for name, value in _facts(server, folder):
            self._console.print(f"  {name:<12} {value}", markup=False)
        self._console.print("\nTry it:\n", markup=False)
        for command in _commands(server.front_door_url):
            self._console.print(f"  {command}", markup=False)
        self._console.print()

    def report_update(self, running: Running, change: StackChange) -> None:
        """Say that a shop that runs already was updated."""
        where = f"Tradewind is running already at {running.front_door_url}"
        self._console.print(f"\n[bold]{where}[/][dim]; functions {change}.[/]\n")

    def note(self, text: str) -> None:
        self._console.print(f"[dim]{text}[/]")

    def report_stop(self) -> None:
        self._console.print("\nStopping …")


def _facts(server: ServerProcess, folder: StateFolder) -> list[tuple[str, str]]:
    admin = folder.admin_login()
    return [
        ("Front door", server.front_door_url),
        ("Mails", f"{server.front_door_url}/mail"),
        ("Cloud", f"{server.endpoint_url} (any AWS SDK, credentials test/test)"),
        ("Admin", f"{admin.email} / {admin.password}"),
        ("Logs", f"./dev logs, and {folder.log}"),
    ]


def _commands(front_door_url: str) -> list[str]:
    api = f"{front_door_url}/v1"
    return [
        f"curl '{api}/products?limit=3'",
        f"TOKEN=$(curl -s {api}/auth/login {_AS_JSON} -d '{seed.login_body()}' | {_TAKING_IT})",
        f"""curl {api}/orders {_AS_JSON} -H "Authorization: Bearer $TOKEN" -d '{seed.order_body()}'""",
    ]
