"""The variants of a product: each row one of them, each combination of option values once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tradewind.catalog.model import MAX_VARIANTS
from tradewind_tools.data.catalogue import Catalogue, DraftVariant, Noter, Words, spell
from tradewind_tools.data.fitting import Note, fit_address
from tradewind_tools.data.messages import SoldFields
from tradewind_tools.data.remarks import UnusableValueError
from tradewind_tools.data.shopify_options import OptionColumns
from tradewind_tools.data.shopify_rows import ExportRow, ProductRows, describe
from tradewind_tools.data.shopify_stock import read_stock
from tradewind_tools.data.shopify_values import read_barcode, read_further_amount, read_price, read_sku, read_weight

FREE = "price 0: not put on sale"
_FREE_BESIDE_OTHERS = "price 0 beside variants with a price: not taken"
_TWICE_THE_SAME = "stands twice, the same: taken once"
_TWICE = "stands twice, and differently: neither is taken"


@dataclass(slots=True)
class ReadVariants:
    """The variants of a product that can be taken, and the values of those that cannot."""

    taken: list[DraftVariant] = field(default_factory=list)
    unusable: list[Words] = field(default_factory=list)


class VariantReader:
    """Reads the variants of one product; what is refused and noted goes into the catalogue."""

    def __init__(self, product: ProductRows, options: OptionColumns, catalogue: Catalogue) -> None:
        self._product = product
        self._options = options
        self._catalogue = catalogue
        self._found = ReadVariants()

    def read(self) -> ReadVariants:
        """Raises UnusableValueError when there are more than a product has."""
        for variants in self._by_values().values():
            self._take_once(variants)
        self._leave_out_free_ones()
        if len(self._found.taken) > MAX_VARIANTS:
            many = f"{self._product.handle}: {len(self._found.taken)} variants"
            raise UnusableValueError(f"more than {MAX_VARIANTS} variants", many)
        return self._found

    def _by_values(self) -> dict[Words, list[DraftVariant]]:
        by_values: dict[Words, list[DraftVariant]] = {}
        for variant in self._usable():
            by_values.setdefault(spell(variant.values), []).append(variant)
        return by_values

    def _usable(self) -> Iterator[DraftVariant]:
        for row in self._product.variants:
            note = Noter(self._catalogue, row.position, describe(row))
            values = self._options.read_values(row, note)
            try:
                yield _read_variant(row, values, note)
            except UnusableValueError as error:
                self._catalogue.refuse(row.position, error.reason, error.detail or describe(row))
                self._found.unusable.append(values)

    def _take_once(self, variants: Sequence[DraftVariant]) -> None:
        """Of rows of one variant take one when all say the same, else none: which is right cannot be known."""
        first, *others = variants
        differing = [other for other in others if (other.fields, other.stock) != (first.fields, first.stock)]
        if differing:
            self._found.unusable.append(first.values)
            for variant in variants:
                other = differing[0] if variant is first else first
                self._catalogue.refuse(variant.position, _TWICE, self._also(variant, other))
            return
        self._found.taken.append(first)
        for other in others:
            self._catalogue.note(other.position, _TWICE_THE_SAME, self._also(other, first))

    def _leave_out_free_ones(self) -> None:
        """Where other variants have a price, one without would be sold for nothing."""
        free = [variant for variant in self._found.taken if not variant.fields.price]
        if self._product.is_own or len(free) == len(self._found.taken):
            return
        for variant in free:
            self._catalogue.refuse(variant.position, _FREE_BESIDE_OTHERS, self._describe(variant))
            self._found.taken.remove(variant)
            self._found.unusable.append(variant.values)

    def _also(self, variant: DraftVariant, other: DraftVariant) -> str:
        same_file = variant.position.file == other.position.file
        place = "" if same_file else f"{other.position.file}, "
        return f"{self._describe(variant)}: also in {place}line {other.position.line}"

    def _describe(self, variant: DraftVariant) -> str:
        return " / ".join((self._product.handle, *variant.values))


def _read_variant(row: ExportRow, values: Words, note: Note) -> DraftVariant:
    """Raises UnusableValueError."""
    price = read_price(row)
    stock = read_stock(row, note)
    fields = SoldFields(
        price=price,
        track_stock=stock is not None,
        sku=read_sku(row, note),
        barcode=read_barcode(row, note),
        compare_at_price=read_further_amount(row, "compare_at", note),
        cost=read_further_amount(row, "cost", note),
        weight_grams=read_weight(row, note),
        image_url=fit_address(row["variant_image"], note) if row["variant_image"] else None,
    )
    return DraftVariant(row.position, fields, stock, values)
