"""`./dev simulate`: histories of the shop under faults, from seeds."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from tradewind_tools.options import in_a_folder
from tradewind_tools.simulation.campaign import Tally, verdicts
from tradewind_tools.simulation.faults import Fault
from tradewind_tools.simulation.history import Verdict, relive

_SEED_BITS = 40
_PROCESSES = os.cpu_count() or 1
_TRACE_LINES = 60
_SAY_AFTER = 1_000
_SHOWN = 5

Seed = Annotated[int | None, typer.Option(help="The first history's seed; alone, the one to live again.", min=0)]
Histories = Annotated[int | None, typer.Option(help="How many histories, of seeds one after the other.", min=1)]
Kinds = Annotated[list[Fault] | None, typer.Option("--faults", help="Only these faults of calls. Default: all.")]
Processes = Annotated[int, typer.Option(help="How many processes.", min=1, show_default="one per processor")]
Trace = Annotated[int, typer.Option(help="Show at most so many steps about what failed: the last of them.", min=0)]
FirstOnly = Annotated[bool, typer.Option("--stop-at-first", help="End with the first history that fails.")]
Table = Annotated[
    Path | None,
    typer.Option(
        "--crash-table", dir_okay=False, callback=in_a_folder, help="Write the table of crashes, and nothing else."
    ),
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
    """Live through histories of the shop in which everything fails that can, and check its books after each."""
    if crash_table is not None:
        _write_crash_table(crash_table, processes)
        return
    first = secrets.randbits(_SEED_BITS) if seed is None else seed
    kinds = tuple(faults or Fault)
    if seed is not None and histories is None:
        raise typer.Exit(_report_one(relive(first, kinds, trace)))
    raise typer.Exit(_report_many(first, histories or _SAY_AFTER, kinds, processes, stop_at_first=stop_at_first))


def _report_one(verdict: Verdict) -> int:
    for step in verdict.trace:
        print(step)
    for told in verdict.violations:
        print(f"VIOLATED: {told}")
    said = "violated" if verdict.violations else "all is well"
    print(f"seed {verdict.seed}: {said}; {verdict.orders} orders, {verdict.steps} steps, digest {verdict.digest}")
    return bool(verdict.violations)


def _report_many(first: int, histories: int, kinds: tuple[Fault, ...], processes: int, *, stop_at_first: bool) -> int:
    print(f"seeds {first} to {first + histories - 1}")
    tally = Tally()
    try:
        for verdict in verdicts(range(first, first + histories), kinds, min(processes, histories)):
            _add(tally, verdict)
            if verdict.violations and stop_at_first:
                break
    finally:
        _print_tally(tally)
    return bool(tally.violated)


def _add(tally: Tally, verdict: Verdict) -> None:
    tally.add(verdict)
    if verdict.violations and tally.violated <= _SHOWN:
        print(f"seed {verdict.seed}: {verdict.violations[0]} (again: ./dev simulate --seed {verdict.seed})", flush=True)
    if tally.histories % _SAY_AFTER == 0:
        print(tally, flush=True)


def _print_tally(tally: Tally) -> None:
    """Of those that were lived through, should somebody interrupt them."""
    print(tally)
    _print_counts("what went wrong:", tally.went_wrong)
    _print_counts("races:", tally.races)


def _print_counts(title: str, counts: Mapping[str, int]) -> None:
    print(title, *(f"{count:10,}  {name}" for name, count in counts.items()), sep="\n")


def _write_crash_table(path: Path, processes: int) -> None:
    from tradewind_tools.simulation import crash_table  # noqa: PLC0415 - takes minutes, and only if asked for

    path.write_text(crash_table.page(crash_table.cover(processes=processes)))
    print(f"wrote {path}")
