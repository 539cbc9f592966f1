"""Bringing a catalogue into the shop: each product created, changed or left as it is, several at a time."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tradewind_tools.data.catalogue import Catalogue, Draft
from tradewind_tools.data.errors import ShopRefusedError
from tradewind_tools.data.parallel import in_parallel
from tradewind_tools.data.product_import import ImportOutcome, ImportRules, ProductImport
from tradewind_tools.data.remarks import Remark, UnusableValueError, remark
from tradewind_tools.data.shop import ShopClient


@dataclass(slots=True)
class ImportResult:
    """What came of an import.

    `remarks` are about what the shop has otherwise than the files; `faults` counts the products the shop failed on,
    which are refused as well.
    """

    catalogue: Catalogue
    outcomes: Counter[ImportOutcome] = field(default_factory=Counter)
    refused_by_shop: list[Remark] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
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

    Stock is given when a variant is created. Later imports leave it alone, since orders have changed it, unless the
    rules say that the files know better.
    """

    def __init__(self, shop: ShopClient, rules: ImportRules | None = None, *, workers: int = 8) -> None:
        self._shop = shop
        self._rules = rules or ImportRules()
        self._workers = workers

    def bring_in(self, result: ImportResult, advance: Callable[[], None]) -> None:
        """Bring the catalogue in, counting in `result`, which holds what was done however this ends."""
        began = time.monotonic()
        try:
            with in_parallel(self._attempt, result.catalogue.drafts, self._workers) as outcomes:
                for brought in outcomes:
                    _count(result, brought)
                    advance()
            result.complete = True
        finally:
            result.elapsed_seconds = time.monotonic() - began

    def _attempt(self, draft: Draft) -> _Brought:
        product = ProductImport(self._shop, draft, self._rules)
        try:
            product.run()
        except (ShopRefusedError, UnusableValueError) as refusal:
            return _Brought(product, refusal)
        return _Brought(product)


@dataclass(frozen=True, slots=True)
class _Brought:
    product: ProductImport
    refusal: ShopRefusedError | UnusableValueError | None = None


def _count(result: ImportResult, brought: _Brought) -> None:
    product, refusal = brought.product, brought.refusal
    result.remarks += product.remarks
    position, about = product.draft.position, product.draft.product_id
    if refusal is None:
        result.outcomes[product.outcome] += 1
    elif isinstance(refusal, UnusableValueError):
        result.refused_by_shop.append(remark(position, refusal.reason, refusal.detail))
    else:
        result.faults += refusal.is_fault
        result.refused_by_shop.append(remark(position, f"the shop: {refusal.code}", f"{about}: {refusal}"))
