"""`./dev bench …`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradewind_tools.bench.starting import Comparison

ROUNDS = 20
SCENARIO_RUNS = 30
_WIDTH = 160

bench_app = typer.Typer(help="Measurements, as ratios from one run.", no_args_is_help=True)


@bench_app.callback()
def _bench() -> None:
    """Budgets are counts and ratios; no test asserts them with a clock."""


@bench_app.command("start")
def start(
    *,
    rounds: Annotated[int, typer.Option(help="Fresh processes of each function.", min=1)] = ROUNDS,
    publish: Annotated[bool, typer.Option("--publish", help="Write the figures into docs/benchmarks.md.")] = False,
) -> None:
    """How functions start, and what a warm request costs, beside a bare function and the usual way to write them."""
    from tradewind_tools.bench import report  # noqa: PLC0415 - loads the whole shop
    from tradewind_tools.bench.starting import compare  # noqa: PLC0415 - likewise
    from tradewind_tools.bench.workbench import Workbench  # noqa: PLC0415 - likewise

    bench = Workbench.prepare()
    compared = compare(bench, rounds, lambda doing: typer.echo(f"{doing} …", err=True))
    summary = report.words(compared, rounds, bench.python.version)
    Console(width=_WIDTH).print(
        report.STARTS.as_table(compared), report.REQUESTS.as_table(compared), summary, sep="\n\n"
    )
    if publish:
        _publish(compared, summary)
    exceeded = [words for each in compared for words in each.list_exceeded()]
    for words in exceeded:
        typer.echo(f"over the budget: {words}", err=True)
    raise typer.Exit(bool(exceeded))


@bench_app.command("cost")
def cost(
    *,
    times: Annotated[int, typer.Option(help="How often each scenario is run.", min=1, max=60)] = SCENARIO_RUNS,
    publish: Annotated[bool, typer.Option("--publish", help="Write docs/cost.md.")] = False,
) -> None:
    """What AWS asks for 1,000 orders and for a month of three shops, from what a run of the shop is counted to use."""
    from tradewind_tools.bench.costs import running  # noqa: PLC0415 - loads the whole shop

    scenarios = running.measure(times, lambda scenario: typer.echo(f"{scenario} …", err=True))
    for line in running.verdicts(scenarios):
        typer.echo(line)
    if publish:
        running.publish(scenarios)
        typer.echo("wrote docs/cost.md")


def _publish(compared: Sequence[Comparison], summary: str) -> None:
    from tradewind_tools.bench import publishing  # noqa: PLC0415 - as above

    for path in publishing.publish(compared, summary):
        typer.echo(f"wrote {path}")
