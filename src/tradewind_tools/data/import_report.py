"""What came of an import, as tables for people and as JSON."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from tradewind_tools.data.importing import ImportResult
from tradewind_tools.data.product_import import ImportOutcome
from tradewind_tools.data.remarks import Remark, UnreadColumn

_SHOWN_ONE_BY_ONE = 10
_COLUMNS = ("files", "rows", "variants", "created", "updated", "unchanged", "refused", "on sale")


class ImportReport(msgspec.Struct, frozen=True, rename="camel"):
    """The report as JSON; `productsPerSecond` counts the products created, updated or compared.

    `variants` counts what the files' products are sold in, `onSale` the products that somebody can buy. `differences`
    are what the shop has otherwise than the files; `unread` names the columns that the shop has no place for.
    """

    files: tuple[str, ...]
    complete: bool
    rows_read: int
    variants: int
    created: int
    updated: int
    unchanged: int
    on_sale: int
    refused: tuple[Remark, ...]
    notes: tuple[Remark, ...]
    differences: tuple[Remark, ...]
    unread: tuple[UnreadColumn, ...]
    faults: int
    elapsed_seconds: float
    products_per_second: float

    @classmethod
    def of(cls, files: Iterable[Path], result: ImportResult) -> ImportReport:
        elapsed = result.elapsed_seconds
        return cls(
            files=tuple(map(str, files)),
            complete=result.complete,
            rows_read=result.catalogue.rows_read,
            variants=result.catalogue.variants,
            created=result.outcomes[ImportOutcome.CREATED],
            updated=result.outcomes[ImportOutcome.UPDATED],
            unchanged=result.outcomes[ImportOutcome.UNCHANGED],
            on_sale=result.catalogue.on_sale,
            refused=tuple(result.refused),
            notes=tuple(result.catalogue.notes),
            differences=tuple(result.remarks),
            unread=tuple(result.catalogue.unread),
            faults=result.faults,
            elapsed_seconds=round(elapsed, 2),
            products_per_second=round(result.products_done / elapsed, 1) if elapsed else 0.0,
        )

    def show(self, console: Console) -> None:
        counts = Table(
            "files", "rows", "variants", "created", "updated", "unchanged", "refused", "on sale", title="Import"
        )
        done = (self.created, self.updated, self.unchanged)
        numbers = (len(self.files), self.rows_read, self.variants, *done, len(self.refused), self.on_sale)
        counts.add_row(*(f"{number:,}" for number in numbers))
        console.print(counts)
        show_remarks(console, "Refused", self.refused)
        show_remarks(console, "Taken otherwise than written", self.notes)
        show_remarks(console, "The shop has otherwise", self.differences)
        show_unread(console, self.unread)
        console.print(f"{self.elapsed_seconds:.1f} s, {self.products_per_second:.0f} products/s", highlight=False)

    def write(self, file: Path) -> None:
        write_json(self, file)


def show_remarks(console: Console, title: str, remarks: Sequence[Remark]) -> None:
    """Show remarks one by one when they are few, by reason with a first example when they are many."""
    if not remarks:
        return
    many = len(remarks) > _SHOWN_ONE_BY_ONE
    table = Table("reason", "rows" if many else "where", "first" if many else "what", title=title)
    for cells in _group_by_reason(remarks) if many else _one_by_one(remarks):
        table.add_row(*cells)
    console.print(table, markup=False)


def show_unread(console: Console, unread: Sequence[UnreadColumn]) -> None:
    """Name the columns that the shop has no place for."""
    cells: Counter[str] = Counter()
    for column in unread:
        cells[column.column] += column.cells
    if cells:
        named = ", ".join(f"{column} ({count:,})" for column, count in cells.items())
        console.print(f"Columns not read, and their filled cells: {named}", markup=False, highlight=False)


def write_json(report: msgspec.Struct, file: Path) -> None:
    file.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")


def _one_by_one(remarks: Iterable[Remark]) -> Iterable[tuple[str, str, str]]:
    return ((remark.reason, _position(remark), remark.detail) for remark in remarks)


def _group_by_reason(remarks: Iterable[Remark]) -> Iterable[tuple[str, str, str]]:
    by_reason: dict[str, list[Remark]] = defaultdict(list)
    for remark in remarks:
        by_reason[remark.reason].append(remark)
    most_first = sorted(by_reason.items(), key=lambda item: -len(item[1]))
    return (
        (reason, f"{len(rows):,}", f"{_position(rows[0])}  {rows[0].detail}".rstrip()) for reason, rows in most_first
    )


def _position(remark: Remark) -> str:
    return f"{Path(remark.file).name}:{remark.line}"
