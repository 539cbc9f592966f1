"""`./dev new …`."""

from __future__ import annotations

from typing import Annotated

import typer

from tradewind.kernel.caller import Permission, Role
from tradewind_tools.places import PROJECT
from tradewind_tools.scaffold import writing
from tradewind_tools.scaffold.operation import Operation

new_app = typer.Typer(help="Write the files of something new.", no_args_is_help=True, add_completion=False)


@new_app.callback()
def _new() -> None:
    """Write the files of something new."""


@new_app.command("operation")
def operation(
    name: Annotated[
        str, typer.Argument(metavar="SERVICE.NAME", help="wishlist.add_item: a verb and a noun.", show_default=False)
    ],
    route: Annotated[str, typer.Option(help='"POST /wishlist": the method says what it does.')],
    role: Annotated[Role, typer.Option(help="Who may call it.")] = Role.CUSTOMER,
    permission: Annotated[Permission | None, typer.Option(help="What staff need to call it.")] = None,
) -> None:
    """Write an operation of the API: messages, handler, store, the line of the blueprint, tests.

    A POST creates, a GET lists, or gets what its last parameter names, a PUT changes and a DELETE removes that. What a
    service has already is kept and used. All of it passes lint and tests: a beginning, to be changed to what you need.
    """
    parsed = Operation.parse(name, route, role, permission)
    for path in writing.write(writing.plan(parsed)):
        typer.echo(f"wrote {path.relative_to(PROJECT)}")
    writing.renew_exports()
    typer.echo("wrote docs/reference and tests/events\n")
    typer.echo(f"Try it: ./dev test tests/unit/{parsed.service}, ./dev invoke {parsed.function}")
