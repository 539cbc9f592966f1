"""The options of a product: how they are made and changed, and which values a variant has by their words.

Two words are one where they differ in blanks, or in how their characters are composed (NFC: UAX #15). `m` and `M` are
two: shops sell them as such.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from tradewind.catalog.errors import InvalidOptions
from tradewind.catalog.model import Option, OptionValue, Variant, value_of
from tradewind.kernel.errors import Detail

MAX_OPTIONS_BYTES = 32_000
"""All options of a product in JSON: they stand with what every order of it reads."""

MAX_WORDS_BYTES = 2_000
"""The names and the longest values of all options together: what each line of an order may repeat."""

_NAMED = 10


class WantedValue(msgspec.Struct, frozen=True):
    """A value as somebody describes it, by its id where the option has it already."""

    value: str
    value_id: int | None = None


class WantedOption(msgspec.Struct, frozen=True):
    """An option as somebody describes it, by its id where the product has it already.

    `initial` is the word of the value of the variants there are, where the option is new: its first one unless given.
    """

    name: str
    values: list[WantedValue]
    option_id: int | None = None
    initial: str | None = None


class ChangedOptions(msgspec.Struct, frozen=True):
    options: list[Option]
    next_id: int


class _Ids:
    def __init__(self, next_id: int) -> None:
        self.next_id = next_id

    def take(self) -> int:
        self.next_id += 1
        return self.next_id - 1


def normalize(text: str) -> str:
    """What two spellings of one word have in common."""
    words = " ".join(text.split())
    if words.isascii():
        return words
    from unicodedata import normalize as compose  # noqa: PLC0415 - most words are ASCII

    return compose("NFC", words)


def change_options(before: Sequence[Option], wanted: Sequence[WantedOption], next_id: int) -> ChangedOptions:
    """The options as they are wanted: what names an id keeps it, all else gets one. Raises InvalidOptions."""
    _check_words(wanted)
    ids, known = _Ids(next_id), {option.option_id: option for option in before}
    _check_known([option.option_id for option in wanted], known, "options[{}].optionId")
    changed = [_change(option, f"options[{position}]", known, ids) for position, option in enumerate(wanted)]
    if len(msgspec.json.encode(changed)) > MAX_OPTIONS_BYTES:
        raise _refusal([Detail("options", f"must take at most {MAX_OPTIONS_BYTES:,} bytes all together")])
    if sum(map(_longest_bytes, changed)) > MAX_WORDS_BYTES:
        raise _refusal([Detail("options", f"must take at most {MAX_WORDS_BYTES:,} bytes of a variant, in UTF-8")])
    return ChangedOptions(changed, ids.next_id)


def find_lost_values(before: Sequence[Option], after: Sequence[Option], variants: Iterable[Variant]) -> list[str]:
    """The words of values that variants on sale have, and that are gone though their option stays."""
    kept = {value.value_id for option in after for value in option.values}
    staying = {option.option_id for option in after}
    checked = [option for option in before if option.option_id in staying]
    used = [value_of(option, variant) for variant in variants for option in checked]
    return list(dict.fromkeys(value.value for value in used if value.value_id not in kept))


def combination(options: Sequence[Option], variant: Variant) -> tuple[int, ...]:
    """What tells a variant from the others on sale."""
    return tuple(value_of(option, variant).value_id for option in options)


def choose_values(options: Sequence[Option], words: Mapping[str, str], field: str) -> list[int]:
    """The ids of the values that a variant has, by option and word. Raises InvalidOptions for all that is wrong."""
    given: dict[str, tuple[str, str]] = {}
    names = {normalize(option.name) for option in options}
    wrong, chosen = list[Detail](), list[int]()
    for name, word in words.items():
        key = normalize(name)
        if key in given:
            wrong.append(Detail(f"{field}.{name}", "stands there twice"))
        elif key not in names:
            wrong.append(Detail(f"{field}.{name}", "is no option of the product"))
        given.setdefault(key, (name, word))
    for option in options:
        name, word = given.get(normalize(option.name), (option.name, ""))
        value = _find_value(option, word)
        if value:
            chosen.append(value.value_id)
        else:
            wrong.append(Detail(f"{field}.{name}", f"must be one of {_list_words(option)}"))
    if wrong:
        raise _refusal(wrong)
    return chosen


def _change(wanted: WantedOption, field: str, known: Mapping[int, Option], ids: _Ids) -> Option:
    before = known[wanted.option_id] if wanted.option_id is not None else None
    option_id = before.option_id if before else ids.take()
    values_before = {value.value_id: value for value in before.values} if before else {}
    _check_known([value.value_id for value in wanted.values], values_before, f"{field}.values[{{}}].valueId")
    values = [
        OptionValue(ids.take() if value.value_id is None else value.value_id, value.value) for value in wanted.values
    ]
    return Option(option_id, wanted.name, values, _initial(wanted, field, before, values))


def _initial(wanted: WantedOption, field: str, before: Option | None, values: Sequence[OptionValue]) -> int:
    """That of an option there is stays: where its value is gone, no variant on sale has it."""
    ids = [value.value_id for value in values]
    if before and wanted.initial is not None:
        raise _refusal([Detail(f"{field}.initial", "is of new options alone")])
    if before:
        return before.initial if before.initial in ids else ids[0]
    if wanted.initial is None:
        return ids[0]
    initial = next((value.value_id for value in values if normalize(value.value) == normalize(wanted.initial)), None)
    if initial is None:
        raise _refusal([Detail(f"{field}.initial", "must be one of the option's values")])
    return initial


def _longest_bytes(option: Option) -> int:
    """What a variant's name and value of an option take at most."""
    return len(option.name.encode()) + max(len(value.value.encode()) for value in option.values)


def _find_value(option: Option, word: str) -> OptionValue | None:
    return next((value for value in option.values if normalize(value.value) == normalize(word)), None)


def _list_words(option: Option) -> str:
    words = [value.value for value in option.values]
    return ", ".join(words[:_NAMED]) + (", …" if len(words) > _NAMED else "")


def _check_known(ids: Sequence[int | None], known: Mapping[int, object], field: str) -> None:
    """Each id is one that there is, and stands once."""
    wrong, seen = list[Detail](), set[int]()
    for position, each in enumerate(ids):
        if each is not None and (each not in known or each in seen):
            message = "stands there twice" if each in seen else "is none of the product's"
            wrong.append(Detail(field.format(position), message))
        seen |= set() if each is None else {each}
    if wrong:
        raise _refusal(wrong)


def _check_words(wanted: Sequence[WantedOption]) -> None:
    twice = _find_repeated([option.name for option in wanted], "options[{}].name")
    for position, option in enumerate(wanted):
        twice += _find_repeated([value.value for value in option.values], f"options[{position}].values[{{}}].value")
    if twice:
        raise _refusal(twice)


def _find_repeated(words: Iterable[str], field: str) -> list[Detail]:
    seen, wrong = set[str](), list[Detail]()
    for position, word in enumerate(map(normalize, words)):
        if word in seen:
            wrong.append(Detail(field.format(position), "stands there twice"))
        seen.add(word)
    return wrong


def _refusal(details: Sequence[Detail]) -> InvalidOptions:
    return InvalidOptions("; ".join(f"{each.field} {each.message}" for each in details[:3]) + ".", tuple(details))
