"""The options of a product: which columns are some, what they are called, and the values that a row has of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tradewind.catalog.options import normalize
from tradewind_tools.data.catalogue import OPTION_LENGTH, Words
from tradewind_tools.data.fitting import Note, fit_line
from tradewind_tools.data.shopify_rows import OPTION_NUMBERS, ExportRow, ProductRows, option_values

NO_VALUE = "\N{EN DASH}"
"""What stands for the value of a variant that has none of an option which other variants have one of."""

_SAME_OPTION = "two options of one name: the second is numbered"
_VALUE_MISSING = f"option without a value: written as {NO_VALUE}"


@dataclass(frozen=True, slots=True)
class OptionColumns:
    """The columns in which some variant of a product has a value, by their numbers, and their names."""

    numbers: tuple[int, ...]
    names: tuple[str, ...]

    def read_values(self, row: ExportRow, note: Note) -> Words:
        """Return the values of a row, each a visible line."""
        said = option_values(row)
        return tuple(_fit_value(said[number - 1], note) for number in self.numbers)


def read_options(product: ProductRows, note: Note) -> OptionColumns:
    used = [number for number in OPTION_NUMBERS if any(option_values(row)[number - 1] for row in product.variants)]
    return OptionColumns(tuple(used), tuple(_names(product, used, note)))


def _names(product: ProductRows, numbers: Iterable[int], note: Note) -> Iterable[str]:
    """Two options of one name are two."""
    seen: set[str] = set()
    for number in numbers:
        name = fit_line("option name", product.value(f"option{number}_name"), OPTION_LENGTH, note)
        name = name or f"Option {number}"
        if normalize(name) in seen:
            note(_SAME_OPTION, name)
            name = f"{name} {number}"
        seen.add(normalize(name))
        yield name


def _fit_value(text: str, note: Note) -> str:
    value = normalize(fit_line("option value", text, OPTION_LENGTH, note))
    if not value:
        note(_VALUE_MISSING, "")
    return value or NO_VALUE
