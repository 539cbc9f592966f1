"""Bringing a catalogue into the shop: each product created, updated or left as it is."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from tradewind_tools.data.catalogue import Catalogue, Draft, same_product
from tradewind_tools.data.errors import ShopRefusedError
from tradewind_tools.data.parallel import in_parallel
from tradewind_tools.data.remarks import Remark, remark
from tradewind_tools.data.shop import ShopClient

_PRODUCT_EXISTS = "ProductExists"


class ImportOutcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(slots=True)
class ImportResult:
    """What came of an import. `faults` counts the products the shop failed on, which are refused as well."""

    catalogue: Catalogue
    outcomes: Counter[ImportOutcome] = field(default_factory=Counter)
    refused_by_shop: list[Remark] = field(default_factory=list)
    faults: int = 0
    elapsed_seconds: float = 0.0
    complete: bool = False

    @property
    def refused(self) -> list[Remark]:
        return [*self.catalogue.refused, *self.refused_by_shop]

    @property
    def is_success(self) -> bool:
        """Whether the shop took what it was sent, and sells some of it."""
        return bool(self.outcomes) and not self.faults and self.catalogue.on_sale > 0

    @property
    def products_done(self) -> int:
        return self.outcomes.total() + len(self.refused_by_shop)


class Importer:
    """Brings products in, several at a time.

    Stock is given when a product is created. Later imports leave it alone, since orders have changed it, unless
    `sets_stock` says that the files know better.
    """

    def __init__(self, shop: ShopClient, *, sets_stock: bool = False, workers: int = 8) -> None:
        self._shop = shop
        self._sets_stock = sets_stock
        self._workers = workers

    def bring_in(self, result: ImportResult, advance: Callable[[], None]) -> None:
        """Bring the catalogue in, counting in `result`, which holds what was done however this ends."""
        began = time.monotonic()
        try:
            with in_parallel(self._attempt, result.catalogue.drafts, self._workers) as outcomes:
                for draft, outcome in outcomes:
                    _count(result, draft, outcome)
                    advance()
            result.complete = True
        finally:
            result.elapsed_seconds = time.monotonic() - began

    def _attempt(self, draft: Draft) -> tuple[Draft, ImportOutcome | ShopRefusedError]:
        try:
            return draft, self._bring(draft)
        except ShopRefusedError as refusal:
            return draft, refusal

    def _bring(self, draft: Draft) -> ImportOutcome:
        existing = self._shop.product(draft.product_id)
        if existing is None and self._create(draft):
            return ImportOutcome.CREATED
        existing = existing or self._shop.product(draft.product_id)
        is_same = existing is not None and same_product(draft.fields, existing)
        if not is_same:
            self._shop.replace_product(draft.product_id, draft.fields)
        was_restocked = self._sets_stock and self._restock(draft)
        return ImportOutcome.UNCHANGED if is_same and not was_restocked else ImportOutcome.UPDATED

    def _create(self, draft: Draft) -> bool:
        """Create the product; False when somebody (or a first attempt whose answer was lost) already did."""
        try:
            self._shop.create_product(draft.as_new())
        except ShopRefusedError as refusal:
            if refusal.code != _PRODUCT_EXISTS:
                raise
            return False
        return True

    def _restock(self, draft: Draft) -> bool:
        if draft.stock is None:
            return False
        stock = self._shop.stock(draft.product_id)
        if stock is not None and stock.on_hand == draft.stock:
            return False
        self._shop.set_on_hand(draft.product_id, draft.stock)
        return True


def _count(result: ImportResult, draft: Draft, outcome: ImportOutcome | ShopRefusedError) -> None:
    if isinstance(outcome, ImportOutcome):
        result.outcomes[outcome] += 1
        return
    result.faults += outcome.is_fault
    result.refused_by_shop.append(remark(draft.position, f"the shop: {outcome.code}", f"{draft.product_id}: {outcome}"))
