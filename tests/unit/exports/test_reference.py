from __future__ import annotations

from pathlib import Path

import pytest

from tradewind_tools.exports import reference


@pytest.mark.parametrize("name", reference.pages())
def test_committed_page_is_current(name: str) -> None:
    committed = reference.FOLDER / name
    assert committed.exists(), f"docs/reference/{name} is missing: run {reference.COMMAND}"
    current = committed.read_text(encoding="utf-8") == reference.pages()[name]
    assert current, f"docs/reference/{name} is stale: run {reference.COMMAND}"


def test_no_page_is_obsolete() -> None:
    assert {path.name for path in reference.FOLDER.iterdir()} == set(reference.pages())


def test_pages_are_written_where_they_are_wanted(tmp_path: Path) -> None:
    written = reference.write(tmp_path / "reference")
    assert {path.name: path.read_text(encoding="utf-8") for path in written} == reference.pages()


def test_event_is_shown_with_its_schema() -> None:
    events = reference.pages()["events.md"]
    assert "## OrderPlaced" in events
    assert '"totalMinor"' in events


def test_operation_is_shown_with_its_errors() -> None:
    line = next(line for line in reference.pages()["api.md"].splitlines() if "`DELETE /products/{productId}`" in line)
    assert "| staff with `catalogue` |" in line
    assert "`ProductInUse`" in line


def test_alarm_is_shown_with_its_metrics() -> None:
    line = next(line for line in reference.pages()["alarms.md"].splitlines() if line.startswith("| `table-throttles`"))
    assert "| critical | ReadThrottleEvents + WriteThrottleEvents > 20 in 5 minutes | `GSI1`, `GSI2` |" in line
