"""Which variant in the shop is which of a file's: by its option values, for good.

The shop's ids never change by it, whatever the order of rows. A variant that is older than an option goes by the
others: it is the one with its SKU, else the first that fits. Values under another word are the same goods where both
have a SKU that nothing else has. Goods that appear while others vanish may be the same: where no SKU tells, nothing is
changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from tradewind.catalog.options import normalize
from tradewind_tools.data.catalogue import Draft, DraftVariant, Words, spell
from tradewind_tools.data.messages import Variant
from tradewind_tools.data.option_matching import Key, Pairing, Renamed, key_of
from tradewind_tools.data.remarks import UnusableValueError

_NOT_DISTINCT = "variants of the shop that the file does not tell apart: nothing is changed"
_UNCLEAR = "variants appear and others vanish, and no SKU says whether they are the same: nothing is changed"
_NAMED = 5

_Kind = TypeVar("_Kind")


@dataclass(frozen=True, slots=True)
class Match:
    """A variant of the file, and the one in the shop that it is; `key` are the values of that one now."""

    ours: DraftVariant
    theirs: Variant
    key: Key

    @property
    def is_revalued(self) -> bool:
        """Whether the shop has it under another word."""
        return any(word not in (None, ours) for word, ours in zip(self.key, spell(self.ours.values), strict=True))


@dataclass(slots=True)
class Matches:
    """`new` stand in the file alone, `missing` are on sale in the shop alone."""

    pairs: list[Match] = field(default_factory=list)
    new: list[DraftVariant] = field(default_factory=list)
    missing: list[Variant] = field(default_factory=list)


def match_variants(draft: Draft, variants: Sequence[Variant], pairing: Pairing, *, retires_missing: bool) -> Matches:
    """Raises UnusableValueError when it cannot be known which is which."""
    on_sale = [variant for variant in variants if not variant.is_archived]
    _check_distinct(draft, on_sale, pairing)
    matcher = _Matcher(draft, pairing)
    matcher.match_by_values(on_sale)
    matcher.match_by_sku()
    matcher.bring_back([variant for variant in variants if variant.is_archived])
    if not retires_missing:
        _check_certain(draft, matcher.found)
    return matcher.found


def rename_values(matches: Matches, pairing: Pairing) -> Renamed:
    """The values that only need another word: one that the option has not, for all variants on sale that have it."""
    words: dict[tuple[int, str], set[str]] = {}
    for key, values in _list_words(matches, pairing):
        for position, (word, value) in enumerate(zip(key, values, strict=True)):
            words.setdefault((position, word or ""), set()).add(value or "")
    taken = Counter((position, new) for (position, _), wanted in words.items() for new in wanted)
    taken.update((at, normalize(value.value)) for at, option in enumerate(pairing) if option for value in option.values)
    return {
        (position, old): new
        for (position, old), (new, *others) in words.items()
        if old and not others and taken[position, new] == 1
    }


def _list_words(matches: Matches, pairing: Pairing) -> Iterable[tuple[Key, Key]]:
    """What each variant on sale has now, and what it should have."""
    yield from ((match.key, spell(match.ours.values)) for match in matches.pairs if not match.theirs.is_archived)
    yield from ((key, key) for key in (key_of(variant, pairing) for variant in matches.missing))


class _Matcher:
    def __init__(self, draft: Draft, pairing: Pairing) -> None:
        self._pairing = pairing
        self._unusable = set(map(spell, draft.unusable))
        self.found = Matches(new=list(draft.variants))

    def match_by_values(self, on_sale: Iterable[Variant]) -> None:
        for variant in on_sale:
            key = key_of(variant, self._pairing)
            ours = _prefer([each for each in self.found.new if _fits(key, spell(each.values))], variant)
            if ours:
                self._pair(ours, variant)
            elif not any(_fits(key, values) for values in self._unusable):
                self.found.missing.append(variant)

    def match_by_sku(self) -> None:
        """What is left, where a SKU stands once on either side."""
        ours = _once((variant.fields.sku, variant) for variant in self.found.new)
        theirs = _once((variant.sku, variant) for variant in self.found.missing)
        for sku in (sku for sku in ours if sku in theirs):
            self._pair(ours[sku], theirs[sku])
            self.found.missing.remove(theirs[sku])

    def bring_back(self, archived: Sequence[Variant]) -> None:
        """An archived variant with these values is the same one; of several the latest."""
        latest = {key_of(variant, self._pairing): variant for variant in archived}
        for ours in list(self.found.new):
            if theirs := latest.get(spell(ours.values)):
                self._pair(ours, theirs)

    def _pair(self, ours: DraftVariant, theirs: Variant) -> None:
        self.found.pairs.append(Match(ours, theirs, key_of(theirs, self._pairing)))
        self.found.new.remove(ours)


def _fits(key: Key, values: Words) -> bool:
    return all(word in (None, value) for word, value in zip(key, values, strict=True))


def _prefer(fitting: Sequence[DraftVariant], theirs: Variant) -> DraftVariant | None:
    """The one with the same SKU, else the first."""
    same = (ours for ours in fitting if theirs.sku and ours.fields.sku == theirs.sku)
    return next(same, None) or next(iter(fitting), None)


def _check_distinct(draft: Draft, on_sale: Sequence[Variant], pairing: Pairing) -> None:
    """Raises UnusableValueError when the options that stay do not tell what is on sale apart."""
    keys = Counter(key_of(variant, pairing) for variant in on_sale)
    alike = [variant.variant_id for variant in on_sale if keys[key_of(variant, pairing)] > 1]
    if alike:
        raise UnusableValueError(_NOT_DISTINCT, f"{draft.product_id}: {', '.join(alike[:_NAMED])}")


def _check_certain(draft: Draft, found: Matches) -> None:
    """Raises UnusableValueError when what is new in the file may be what is missing there."""
    skus = [variant.fields.sku for variant in found.new], [variant.sku for variant in found.missing]
    if not all(skus) or (all(map(all, skus)) and set(skus[0]).isdisjoint(skus[1])):
        return
    new = "; ".join(" / ".join(variant.values) for variant in found.new[:_NAMED])
    missing = "; ".join(map(describe_variant, found.missing[:_NAMED]))
    raise UnusableValueError(
        _UNCLEAR, f"{draft.product_id}: the file has {new}, the shop {missing}; --retire-missing takes those off sale"
    )


def describe_variant(variant: Variant) -> str:
    """`deck-shirt.2 (Small / Navy)`"""
    return f"{variant.variant_id} ({' / '.join(variant.options.values())})" if variant.options else variant.variant_id


def _once(by_sku: Iterable[tuple[str | None, _Kind]]) -> dict[str, _Kind]:
    """What has a SKU that nothing else has."""
    listed = list(by_sku)
    counts = Counter(sku for sku, _ in listed)
    return {sku: each for sku, each in listed if sku and counts[sku] == 1}
