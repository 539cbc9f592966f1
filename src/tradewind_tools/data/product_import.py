"""One product brought into the shop: created, or changed where it differs from the file's, one request after the other.

Each request leaves the product whole, and what is to do follows from what the shop has: the next import goes on where
one was stopped, and so does this one when somebody else changed the product meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

import msgspec

from tradewind.catalog.change_messages import MAX_NEW_VARIANTS
from tradewind_tools.data.catalogue import Draft, DraftVariant, same_fields
from tradewind_tools.data.errors import ShopRefusedError
from tradewind_tools.data.messages import (
    NewOptions,
    NewVariants,
    Option,
    Product,
    SimpleProductFields,
    Stock,
    Variant,
)
from tradewind_tools.data.option_matching import change_options, pair_options
from tradewind_tools.data.remarks import Remark, remark
from tradewind_tools.data.shop import ShopClient
from tradewind_tools.data.variant_changes import VariantChange, list_changes
from tradewind_tools.data.variant_matching import Match, Matches, describe_variant, match_variants, rename_values

_MISSING = "variant of the shop that the files do not have: left as it is"
_RETIRED = "variant of the shop that the files do not have: taken off sale"
_REVALUED = "option values under another word in the shop: written as in the file"
_ATTEMPTS = 5
_PRODUCT_CHANGED = "ProductChanged"
_RACES = frozenset({_PRODUCT_CHANGED, "ProductExists", "VariantExists"})
"""Somebody was faster: another importer, or a first attempt whose answer was lost."""


class ImportOutcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class ImportRules:
    """What an import may do to variants that are there: overwrite their stock, take off sale what the files lack."""

    sets_stock: bool = False
    retires_missing: bool = False


class ProductImport:
    """The import of one product. `outcome` and `remarks` say what came of it."""

    def __init__(self, shop: ShopClient, draft: Draft, rules: ImportRules) -> None:
        self._shop = shop
        self.draft = draft
        self._rules = rules
        self.outcome = ImportOutcome.UNCHANGED
        self.remarks: list[Remark] = []

    def run(self) -> None:
        """Raises ShopRefusedError, or UnusableValueError when it cannot be known which variant is which."""
        for _ in range(_ATTEMPTS - 1):
            try:
                self._attempt()
            except ShopRefusedError as refusal:
                if refusal.code not in _RACES:
                    raise
            else:
                return
        self._attempt()

    def _attempt(self) -> None:
        self.remarks = [each for each in self.remarks if each.reason == _RETIRED]
        product = self._shop.product(self.draft.product_id)
        if product is None:
            self._create()
        else:
            self._update(product)

    def _create(self) -> None:
        """With as many variants as a request takes, then the others."""
        first, *others = _batches(self.draft.variants)
        self._shop.create_product(self.draft.as_new(first))
        self.outcome = ImportOutcome.CREATED
        self._add(others)

    def _update(self, product: Product) -> None:
        draft, variants = self.draft, self._read_variants(product)
        pairing = pair_options(draft, product.options, variants)
        matches = match_variants(draft, variants, pairing, retires_missing=self._rules.retires_missing)
        renamed = rename_values(matches, pairing)
        initial = (matches.pairs[0].ours if matches.pairs else draft.variants[0]).values
        self._change_options(product, change_options(draft, pairing, initial, renamed))
        self._change_fields(product, matches)
        self._change_variants(list_changes(matches, initial, renamed))
        self._add(_batches(matches.new))
        self._settle_missing(matches.missing)
        self._report_revalued(matches.pairs)
        if self._rules.sets_stock:
            self._count_stock(matches.pairs)

    def _read_variants(self, product: Product) -> tuple[Variant, ...]:
        """Those of which all options are known: of an archived one the value may be gone.

        Raises ShopRefusedError when their options are others by now than the product's as it was read.
        """
        variants, names = self._shop.variants(product.product_id), {option.name for option in product.options}
        whole = tuple(variant for variant in variants if variant.options.keys() == names)
        if any(not variant.is_archived for variant in variants if variant not in whole):
            raise ShopRefusedError(HTTPStatus.CONFLICT, _PRODUCT_CHANGED, "the options are being changed")
        return whole

    def _change_options(self, product: Product, options: tuple[Option, ...]) -> None:
        if options != product.options:
            self._shop.replace_options(product.product_id, NewOptions(options=options, version=product.version))
            self._note_change()

    def _change_fields(self, product: Product, matches: Matches) -> None:
        if same_fields(self.draft.fields, product):
            return
        on_sale = [match.theirs.variant_id for match in matches.pairs]
        is_simple = not self.draft.options and on_sale == [product.product_id]
        fields = _describe_simple(self.draft) if is_simple else self.draft.fields
        self._shop.replace_product(product.product_id, fields)
        self._note_change()

    def _change_variants(self, changes: Iterable[VariantChange]) -> None:
        for ours, theirs in ((change.match.ours, change.match.theirs) for change in changes):
            self._shop.replace_variant(theirs.variant_id, self.draft.describe(ours))
            self._note_change()
            if ours.stock and not theirs.track_stock:
                self._open_stock(theirs.variant_id, ours.stock)

    def _open_stock(self, variant_id: str, on_hand: int) -> None:
        """Give a variant its stock where nothing was ever counted."""
        if self._shop.stock(variant_id) == Stock(available=0):
            self._shop.set_on_hand(variant_id, on_hand)

    def _add(self, batches: Iterable[Sequence[DraftVariant]]) -> None:
        for batch in batches:
            variants = NewVariants(variants=self.draft.describe_new(batch))
            self._shop.add_variants(self.draft.product_id, variants)
            self._note_change()

    def _settle_missing(self, missing: Iterable[Variant]) -> None:
        for variant in missing:
            if self._rules.retires_missing:
                self._shop.remove_variant(variant.variant_id)
                self._note_change()
            self._remark(_RETIRED if self._rules.retires_missing else _MISSING, variant)

    def _report_revalued(self, pairs: Iterable[Match]) -> None:
        for match in pairs:
            if match.is_revalued:
                self._remark(_REVALUED, match.theirs)

    def _count_stock(self, pairs: Iterable[Match]) -> None:
        for variant_id, on_hand in ((match.theirs.variant_id, match.ours.stock) for match in pairs):
            if on_hand is None:
                continue
            stock = self._shop.stock(variant_id)
            if stock is None or stock.on_hand != on_hand:
                self._shop.set_on_hand(variant_id, on_hand)
                self._note_change()

    def _note_change(self) -> None:
        if self.outcome is ImportOutcome.UNCHANGED:
            self.outcome = ImportOutcome.UPDATED

    def _remark(self, reason: str, variant: Variant) -> None:
        self.remarks.append(remark(self.draft.position, reason, describe_variant(variant)))


def _describe_simple(draft: Draft) -> SimpleProductFields:
    """The product with what is told of its one variant; that has a picture of its own."""
    own = msgspec.structs.asdict(draft.variants[0].fields)
    own.pop("image_url")
    return SimpleProductFields(**msgspec.structs.asdict(draft.fields), **own)


def _batches(variants: Sequence[DraftVariant]) -> list[Sequence[DraftVariant]]:
    """As many at a time as one request takes."""
    return [variants[start : start + MAX_NEW_VARIANTS] for start in range(0, len(variants), MAX_NEW_VARIANTS)]
