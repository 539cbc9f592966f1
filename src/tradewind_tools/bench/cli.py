"""`./dev bench …`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from tradewind_tools.bench.report import Figures

ROUNDS = 24
SCENARIO_RUNS = 30
_WIDTH = 160

bench_app = typer.Typer(help="Measurements, as ratios from one run.", no_args_is_help=True)


@bench_app.callback()
def _bench() -> None:
    """Budgets are counts and ratios; no test asserts them with a clock."""


@bench_app.command("start")
def start(
    *,
    rounds: Annotated[int, typer.Option(help="At most so many fresh processes of each function.", min=2)] = ROUNDS,
    only: Annotated[list[str] | None, typer.Option(help="Only this function's first request; repeatable.")] = None,
    publish: Annotated[bool, typer.Option("--publish", help="Write the figures into docs/benchmarks.md.")] = False,
) -> None:
    """First and later requests of functions, beside a bare function and the usual way to write them."""
    from tradewind_tools.bench import first_requests, report, warm_requests  # noqa: PLC0415 - loads the whole shop
    from tradewind_tools.bench.workbench import Workbench  # noqa: PLC0415 - likewise
    from tradewind_tools.blueprint.functions import FUNCTIONS  # noqa: PLC0415 - likewise
    from tradewind_tools.invoke.functions import find_function  # noqa: PLC0415 - likewise

    def report_progress(doing: str) -> None:
        typer.echo(f"{doing} …", err=True)

    bench = Workbench.prepare()
    functions = [find_function(name) for name in only] if only else FUNCTIONS
    first = first_requests.measure(bench, rounds, report_progress, functions)
    warm = [] if only else warm_requests.compare(bench, report_progress)
    figures = report.Figures(first, warm, bench.python.version)
    Console(width=_WIDTH).print(
        report.FIRST_REQUESTS.as_table(figures.first),
        report.WARM_REQUESTS.as_table(figures.warm),
        report.words(figures),
        sep="\n\n",
    )
    if publish and not only:
        _publish(figures)
    exceeded = [words for each in figures.first for words in each.list_exceeded()]
    exceeded += [words for each in figures.warm for words in each.list_exceeded()]
    for words in exceeded:
        typer.echo(f"over the budget: {words}", err=True)
    raise typer.Exit(bool(exceeded))


@bench_app.command("load")
def load(
    *,
    rate: Annotated[float, typer.Option(help="Arrivals a second of the first step.", min=0.1)] = 2.0,
    seconds: Annotated[float, typer.Option(help="How long each step lasts.", min=1)] = 30.0,
    steps: Annotated[int, typer.Option(help="At most so many, each half again as many arrivals.", min=1)] = 12,
    seed: Annotated[int, typer.Option(help="The same crowd again.")] = 1,
    publish: Annotated[bool, typer.Option("--publish", help="Write the figures into docs/benchmarks.md.")] = False,
) -> None:
    """How many visitors and orders the running local cloud bears, and how long they wait."""
    from tradewind_tools.bench.load import report, running  # noqa: PLC0415 - loads the whole shop
    from tradewind_tools.localcloud.state import StateFolder  # noqa: PLC0415 - likewise

    folder = StateFolder.of_project()
    cloud = folder.find_running()
    plan = running.Plan(rate, seconds, steps, seed)
    found = running.put_under_load(
        cloud.front_door_url, cloud.endpoint_url, folder.admin_login(), plan, lambda doing: typer.echo(doing, err=True)
    )
    Console(width=_WIDTH).print(report.as_table(found), report.summary(found), sep="\n\n")
    if publish:
        for path in report.publish(found):
            typer.echo(f"wrote {path}")
    raise typer.Exit(not found.books.balances)


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


@bench_app.command("scale")
def scale(
    *, publish: Annotated[bool, typer.Option("--publish", help="Write the figures into docs/benchmarks.md.")] = False
) -> None:
    """How each list, page and job grows with the shop: counted at two sizes, as a power of the size."""
    from tradewind_tools.bench.publishing import PAGE  # noqa: PLC0415 - likewise
    from tradewind_tools.bench.scale import report  # noqa: PLC0415 - loads the whole shop
    from tradewind_tools.bench.scale.growth import measure  # noqa: PLC0415 - likewise

    growths = []
    for growth in measure():
        typer.echo(f"{growth.subject.name} …", err=True)
        growths.append(growth)
    Console(width=_WIDTH).print(report.as_table(growths))
    if publish:
        PAGE.write_text(report.update_page(PAGE.read_text(encoding="utf-8"), growths), encoding="utf-8")
        typer.echo("wrote docs/benchmarks.md")


def _publish(figures: Figures) -> None:
    from tradewind_tools.bench import publishing  # noqa: PLC0415 - as above

    for path in publishing.publish(figures):
        typer.echo(f"wrote {path}")
