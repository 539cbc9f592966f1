"""`./dev simulate`: histories of the shop under faults, from seeds."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from tradewind_tools.options import in_a_folder
from tradewind_tools.simulation.campaign import Tally, run_histories
from tradewind_tools.simulation.faults import Fault
from tradewind_tools.simulation.history import HistoryResult, run_history

_SEED_BITS = 40
_PROCESSES = os.cpu_count() or 1
_TRACE_LINES = 60
_REPORT_EVERY = 1_000
_SHOWN_FAILURES = 5

Seed = Annotated[int | None, typer.Option(help="The first history's seed; without --histories, the only one.", min=0)]
Histories = Annotated[int | None, typer.Option(help="How many histories, with consecutive seeds.", min=1)]
Kinds = Annotated[list[Fault] | None, typer.Option("--faults", help="Only these faults of calls. Default: all.")]
Processes = Annotated[int, typer.Option(help="How many processes.", min=1, show_default="one per processor")]
Trace = Annotated[int, typer.Option(help="Show at most so many steps, the last ones, about what failed.", min=0)]
FirstOnly = Annotated[bool, typer.Option("--stop-at-first", help="End with the first history that fails.")]
Table = Annotated[
    Path | None,
    typer.Option("--crash-table", dir_okay=False, callback=in_a_folder, help="Only write the table of crashes."),
]


def simulate(
    *,
    seed: Seed = None,
    histories: Histories = None,
    faults: Kinds = None,
    processes: Processes = _PROCESSES,
    trace: Trace = _TRACE_LINES,
    stop_at_first: FirstOnly = False,
    crash_table: Table = None,
) -> None:
    """Run histories of the shop under injected faults, and check the invariants after each."""
    if crash_table is not None:
        _write_crash_table(crash_table, processes)
        return
    first = secrets.randbits(_SEED_BITS) if seed is None else seed
    kinds = tuple(faults or Fault)
    if seed is not None and histories is None:
        raise typer.Exit(_report_one(run_history(first, kinds, trace)))
    raise typer.Exit(_report_many(first, histories or _REPORT_EVERY, kinds, processes, stop_at_first=stop_at_first))


def _report_one(result: HistoryResult) -> int:
    for step in result.trace:
        print(step)
    for violation in result.violations:
        print(f"VIOLATED: {violation}")
    outcome = "violated" if result.violations else "all invariants hold"
    print(f"seed {result.seed}: {outcome}; {result.orders} orders, {result.steps} steps, digest {result.digest}")
    return bool(result.violations)


def _report_many(first: int, histories: int, kinds: tuple[Fault, ...], processes: int, *, stop_at_first: bool) -> int:
    print(f"seeds {first} to {first + histories - 1}")
    tally = Tally()
    try:
        for result in run_histories(range(first, first + histories), kinds, min(processes, histories)):
            _add(tally, result)
            if result.violations and stop_at_first:
                break
    finally:
        _print_tally(tally)
    return bool(tally.failed)


def _add(tally: Tally, result: HistoryResult) -> None:
    tally.add(result)
    if result.violations and tally.failed <= _SHOWN_FAILURES:
        print(f"seed {result.seed}: {result.violations[0]} (again: ./dev simulate --seed {result.seed})", flush=True)
    if tally.histories % _REPORT_EVERY == 0:
        print(tally, flush=True)


def _print_tally(tally: Tally) -> None:
    """Print the sums over the histories that were run, also of an interrupted campaign."""
    print(tally)
    _print_counts("faults:", tally.faults)
    _print_counts("races:", tally.races)


def _print_counts(title: str, counts: Mapping[str, int]) -> None:
    print(title, *(f"{count:10,}  {name}" for name, count in counts.items()), sep="\n")


def _write_crash_table(path: Path, processes: int) -> None:
    from tradewind_tools.simulation import crash_table  # noqa: PLC0415 - takes minutes, and only if asked for

    path.write_text(crash_table.render(crash_table.inject_all(processes=processes)))
    print(f"wrote {path}")
