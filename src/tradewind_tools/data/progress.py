"""How far a long run is: a bar with rate and time left, or plain lines where there is no terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

Advance = Callable[[], None]
"""Say that one more is done."""

_LINE_SECONDS = 5.0


@contextmanager
def progress(title: str, total: int, console: Console | None = None) -> Iterator[Advance]:
    """Show a run of `total` steps while the block runs, on standard error."""
    console = console or Console(stderr=True)
    if console.is_terminal:
        with _bar(console) as bar:
            task = bar.add_task(title, total=total)
            yield lambda: bar.advance(task)
    else:
        yield PlainLines(title, total, console)


def _bar(console: Console) -> Progress:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn()
    return Progress(*columns, console=console)


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.finished_speed or task.speed or 0:.0f}/s", style="progress.data.speed")


class PlainLines:
    """A line every few seconds, and one at the end."""

    def __init__(self, title: str, total: int, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._title, self._total, self._console, self._clock = title, total, console, clock
        self._began = self._said = clock()
        self._done = 0

    def __call__(self) -> None:
        self._done += 1
        now = self._clock()
        if self._done == self._total or now - self._said >= _LINE_SECONDS:
            self._said = now
            self._console.print(self._line(now - self._began), highlight=False, soft_wrap=True)

    def _line(self, elapsed_seconds: float) -> str:
        rate = self._done / elapsed_seconds if elapsed_seconds else 0.0
        left = f", {(self._total - self._done) / rate:.0f} s left" if rate and self._done < self._total else ""
        return f"{self._title}: {self._done} of {self._total}, {rate:.0f}/s{left}"
