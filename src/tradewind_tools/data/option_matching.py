"""Which option of a product in the shop is which of a file's, and what the options are after an import.

Options of one name are one. Staff may have renamed some, or the shop that the file comes from: where as many of the
file are left as of the shop, they are paired in the one way in which variants have the same values. Where several ways
do, or none, nobody knows, and the product is left as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import permutations

from tradewind.catalog.options import normalize
from tradewind_tools.data.catalogue import Draft, Words, spell
from tradewind_tools.data.messages import Option, OptionValue, Variant
from tradewind_tools.data.remarks import UnusableValueError

Key = tuple[str | None, ...]
"""What a variant of the shop has of each of the file's options, as `normalize` has it; None of one that it lacks."""

Renamed = Mapping[tuple[int, str], str]
"""The words that values get, by the position of their option and their word now (as `normalize` has it)."""

Pairing = tuple[Option | None, ...]
"""The option of the shop for each of the file's, in their order; None for one that is new."""


def pair_options(draft: Draft, options: Sequence[Option], variants: Iterable[Variant]) -> Pairing:
    """Raises UnusableValueError when it cannot be known which is which."""
    by_name = {normalize(option.name): option for option in options}
    named = tuple(by_name.get(normalize(name)) for name in draft.options)
    positions = [position for position, option in enumerate(named) if option is None]
    others = [option for option in options if option not in named]
    if not positions or not others:
        return named
    if len(positions) != len(others):
        raise _unclear(draft, others)
    return _pair_by_values(draft, named, [_fill(named, positions, each) for each in permutations(others)], variants)


def key_of(variant: Variant, pairing: Pairing) -> Key:
    return tuple(normalize(variant.options[option.name]) if option else None for option in pairing)


def change_options(draft: Draft, pairing: Pairing, first: Words, renamed: Renamed) -> tuple[Option, ...]:
    """The options as they should be: named as in the file, with the values there are, then those that are new.

    `first` are the values of a variant of the file that the shop has: what is older than an option has them.
    """
    return tuple(
        _change(option, name, draft.list_values(position), _words_at(position, renamed))
        if option
        else Option(name=name, values=_new_values(draft.list_values(position)), initial=first[position])
        for position, (name, option) in enumerate(zip(draft.options, pairing, strict=True))
    )


def _pair_by_values(
    draft: Draft, named: Pairing, candidates: Sequence[Pairing], variants: Iterable[Variant]
) -> Pairing:
    wanted = {spell(variant.values) for variant in draft.variants}
    on_sale = [variant for variant in variants if not variant.is_archived]
    scores = {each: sum(key_of(variant, each) in wanted for variant in on_sale) for each in candidates}
    best, *others = sorted(candidates, key=lambda each: -scores[each])
    if not scores[best] or (others and scores[others[0]] == scores[best]):
        raise _unclear(draft, [option for option in best if option and option not in named])
    return best


def _fill(named: Pairing, positions: Sequence[int], options: Iterable[Option]) -> Pairing:
    filled = dict(zip(positions, options, strict=True))
    return tuple(filled.get(position, option) for position, option in enumerate(named))


def _unclear(draft: Draft, others: Iterable[Option]) -> UnusableValueError:
    theirs = ", ".join(option.name for option in others)
    ours = ", ".join(draft.options)
    return UnusableValueError(
        "options of the shop that cannot be told from the file's: nothing is changed",
        f"{draft.product_id}: the shop has {theirs}, the file {ours}",
    )


def _change(option: Option, name: str, values: Words, renamed: Mapping[str, str]) -> Option:
    """An option as it should be; what is spelt alike keeps the shop's spelling."""
    kept = tuple(
        OptionValue(value=renamed.get(normalize(each.value), each.value), value_id=each.value_id)
        for each in option.values
    )
    known = {normalize(each.value) for each in kept}
    new = _new_values(value for value in values if normalize(value) not in known)
    is_alike = normalize(name) == normalize(option.name)
    return Option(name=option.name if is_alike else name, values=(*kept, *new), option_id=option.option_id)


def _words_at(position: int, renamed: Renamed) -> dict[str, str]:
    return {old: new for (at, old), new in renamed.items() if at == position}


def _new_values(words: Iterable[str]) -> tuple[OptionValue, ...]:
    return tuple(OptionValue(value=word) for word in words)
