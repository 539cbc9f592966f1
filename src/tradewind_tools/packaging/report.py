"""What was built, as a table for people: sizes beside their budgets."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Column, Table

from tradewind_tools.packaging.building import BuildResult
from tradewind_tools.packaging.interpreter import VERSION
from tradewind_tools.packaging.manifest import Archive


def show(package: BuildResult, console: Console) -> None:
    """Print the archives, then the budgets."""
    console.print(_sizes(package))
    console.print()
    console.print(_budgets(package))
    console.print()
    console.print("\n".join(_words(package)), highlight=False, soft_wrap=True)


def _sizes(package: BuildResult) -> Table:
    table = Table(Column("archive", no_wrap=True), box=None, pad_edge=False, header_style="bold")
    for column in ("zipped", "unpacked"):
        table.add_column(column, justify="right")
    functions = sorted(package.manifest.functions.values(), key=lambda each: each.bytes)
    for archive in (*package.manifest.layers.values(), *functions):
        table.add_row(archive.file, _bytes(archive.bytes), _bytes(archive.unpacked_bytes))
    table.add_row(f"{len(functions)} functions", *_sums(functions), style="dim")
    return table


def _sums(archives: list[Archive]) -> Iterator[str]:
    yield _bytes(sum(each.bytes for each in archives))
    yield _bytes(sum(each.unpacked_bytes for each in archives))


def _budgets(package: BuildResult) -> Table:
    table = Table(Column("budget", no_wrap=True), box=None, pad_edge=False, header_style="bold")
    for column in ("bytes", "at most", "used"):
        table.add_column(column, justify="right")
    for each in package.measures:
        table.add_row(each.name, _bytes(each.size), _bytes(each.budget), f"{each.size / each.budget:.0%}")
    return table


def _words(package: BuildResult) -> Iterator[str]:
    manifest = package.manifest
    if manifest.bytecode is None:
        yield "Source only, without bytecode: for a trial. Every cold start would compile it anew."
    else:
        yield f"Compiled by Python {manifest.bytecode}."
        yield (
            f"Loaded by Python {VERSION}, each from its own archive and the layer alone: {package.tried} functions."
            if package.tried
            else "Not loaded: no layer is for this machine's processor. --architecture both builds one that is."
        )
    yield f"commit {manifest.commit or 'unknown'}"


def _bytes(count: int) -> str:
    return f"{count:,}"
