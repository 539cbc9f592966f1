"""One product with variants brought in again and again, into the shop's own operations."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from tests.unit.data.drafts import bring_in, draft, sold
from tests.unit.data.fake_shop import FakeShop, Fault

from tradewind_tools.data.catalogue import Draft
from tradewind_tools.data.importing import ImportResult
from tradewind_tools.data.product_import import ImportOutcome, ImportRules
from tradewind_tools.data.shop import ShopClient

RETIRE = ImportRules(retires_missing=True)
UNCHANGED = {ImportOutcome.UNCHANGED: 1}
UPDATED = {ImportOutcome.UPDATED: 1}


def words(fake: FakeShop, product_id: str = "cup") -> dict[str, str]:
    """The option values of each variant on sale, by its id."""
    return {
        each["variantId"]: " ".join(each["options"].values())
        for each in fake.catalogue.list_variants(product_id)
        if not each["isArchived"]
    }


def archived(fake: FakeShop) -> list[str]:
    return [each["variantId"] for each in fake.catalogue.list_variants("cup") if each["isArchived"]]


def options(fake: FakeShop) -> dict[str, list[str]]:
    found = fake.products["cup"]["options"]
    return {each["name"]: [value["value"] for value in each["values"]] for each in found}


def reword(fake: FakeShop, changes: dict[str, str]) -> None:
    """Rename options and values as staff do."""
    product = fake.products["cup"]
    for option in product["options"]:
        option["name"] = changes.get(option["name"], option["name"])
        for value in option["values"]:
            value["value"] = changes.get(value["value"], value["value"])
    body = {"options": product["options"], "version": product["version"]}
    assert fake.catalogue.perform("PUT", ["products", "cup", "options"], body)[0] == 200


def reasons(result: ImportResult) -> list[str]:
    return [refused.reason.partition(":")[0] for refused in result.refused]


def sizes(*values: str, **fields: Any) -> Draft:  # noqa: ANN401 - as `draft`
    return draft(*(sold(value) for value in values), **fields)


def test_archived_variant_whose_value_is_gone_does_not_stop_an_import(fake: FakeShop, shop: ShopClient) -> None:
    bring_in(shop, sizes("S", "M"))
    assert fake.catalogue.perform("DELETE", ["products", "cup", "variants", "cup.1"], {})[0] == 204
    product = fake.products["cup"]
    [size] = product["options"]
    left = {"options": [size | {"values": size["values"][:1]}], "version": product["version"]}
    assert fake.catalogue.perform("PUT", ["products", "cup", "options"], left)[0] == 200
    assert bring_in(shop, sizes("S")).outcomes == UNCHANGED
    assert bring_in(shop, sizes("S", "M")).outcomes == UPDATED
    assert words(fake) == {"cup": "S", "cup.2": "M"}


class TestCreation:
    def test_variants_have_their_values_in_the_order_of_the_file(self, fake: FakeShop, shop: ShopClient) -> None:
        bring_in(shop, draft(sold("S", "Navy"), sold("M", "Navy"), sold("S", "Red")))
        assert options(fake) == {"Size": ["S", "M"], "Colour": ["Navy", "Red"]}
        assert words(fake) == {"cup": "S Navy", "cup.1": "M Navy", "cup.2": "S Red"}

    def test_values_that_differ_in_case_are_two_variants(self, fake: FakeShop, shop: ShopClient) -> None:
        bring_in(shop, draft(sold("m", price=3), sold("M", price=4)))
        assert words(fake) == {"cup": "m", "cup.1": "M"}
        assert bring_in(shop, draft(sold("M", price=4), sold("m", price=3))).outcomes == UNCHANGED

    def test_more_variants_than_a_request_takes_come_in_batches(self, fake: FakeShop, shop: ShopClient) -> None:
        many = draft(*(sold(str(number), stock=number) for number in range(100)))
        assert bring_in(shop, many).outcomes == {ImportOutcome.CREATED: 1}
        assert list(words(fake).values()) == [str(number) for number in range(100)]
        assert fake.calls["POST /products"] == 4
        assert fake.stock["cup.99"] == Counter(available=99)
        assert bring_in(shop, many).outcomes == UNCHANGED

    @pytest.mark.parametrize("after", [0, 1, 2, 3])
    def test_an_import_that_was_stopped_between_batches_is_completed_by_the_next(
        self, fake: FakeShop, shop: ShopClient, after: int
    ) -> None:
        many = draft(*(sold(str(number)) for number in range(100)))
        fake.faults = [None] * (1 + after) + [Fault(500)] * 4
        assert bring_in(shop, many).faults == 1
        assert len(words(fake) if after else {}) == 28 * after
        bring_in(shop, many)
        assert list(words(fake).values()) == [str(number) for number in range(100)]

    def test_a_batch_whose_answer_was_lost_is_added_once(self, fake: FakeShop, shop: ShopClient) -> None:
        fake.faults = [None, None, Fault(0, after_work=True)]
        assert bring_in(shop, draft(*(sold(str(number)) for number in range(60)))).refused == []
        assert len(words(fake)) == 60


class TestIdentity:
    def test_the_order_of_rows_changes_no_id(self, fake: FakeShop, shop: ShopClient) -> None:
        bring_in(shop, sizes("S", "M", "L"))
        before = words(fake)
        assert bring_in(shop, sizes("L", "S", "M")).outcomes == UNCHANGED
        assert words(fake) == before

    def test_edits_are_made_in_place(self, fake: FakeShop, shop: ShopClient) -> None:
        bring_in(shop, sizes("S", "M"))
        changed = draft(sold("XL", price=9), sold("M", price=7), sold("S"))
        assert bring_in(shop, changed).outcomes == UPDATED
        assert words(fake) == {"cup": "S", "cup.1": "M", "cup.2": "XL"}
        assert {each["variantId"]: each["price"] for each in fake.products["cup"]["variants"]} == {
            "cup": 3,
            "cup.1": 7,
            "cup.2": 9,
        }
        assert fake.stock["cup.2"] == Counter(available=5)

    def test_a_simple_product_that_gains_options_keeps_its_id_by_sku(self, fake: FakeShop, shop: ShopClient) -> None:
        bring_in(shop, draft(sold(sku="C-2")))
        assert bring_in(shop, draft(sold("S", sku="C-1"), sold("M", sku="C-2"))).outcomes == UPDATED
        assert words(fake) == {"cup": "M", "cup.1": "S"}

    def test_without_a_sku_it_is_the_first(self, fake: FakeShop, shop: ShopClient) -> None:
        bring_in(shop, draft())
        bring_in(shop, sizes("S", "M"))
        assert words(fake) == {"cup": "S", "cup.1": "M"}
        assert bring_in(shop, sizes("M", "S")).outcomes == UNCHANGED

    def test_a_product_of_one_variant_with_an_option_gains_a_second(self, fake: FakeShop, shop: ShopClient) -> None:
        bring_in(shop, sizes("Blue"))
        bring_in(shop, sizes("Red", "Blue"))
        assert words(fake) == {"cup": "Blue", "cup.1": "Red"}

    def test_a_further_option_leaves_the_ids(self, fake: FakeShop, shop: ShopClient) -> None:
        bring_in(shop, draft(sold("S", sku="1"), sold("M", sku="2")))
        wider = [sold("S", "Red"), sold("S", "Navy", sku="1"), sold("M", "Red", sku="2"), sold("M", "Navy")]
        bring_in(shop, draft(*wider))
        assert words(fake) == {"cup": "S Navy", "cup.1": "M Red", "cup.2": "S Red", "cup.3": "M Navy"}
        assert bring_in(shop, draft(*wider)).outcomes == UNCHANGED

    def test_an_option_that_told_nothing_apart_can_go(self, fake: FakeShop, shop: ShopClient) -> None:
        bring_in(shop, draft(sold("S", "Red"), sold("M", "Red")))
        assert bring_in(shop, sizes("S", "M")).outcomes == UPDATED
        assert (options(fake), words(fake)) == ({"Size": ["S", "M"]}, {"cup": "S", "cup.1": "M"})

    def test_a_product_of_one_variant_can_lose_its_options(self, fake: FakeShop, shop: ShopClient) -> None:
        bring_in(shop, draft(sold("S", "Red", sku="1"), name="Old"))
        assert bring_in(shop, draft(sold(sku="2"))).outcomes == UPDATED
        assert (options(fake), words(fake), fake.products["cup"]["name"]) == ({}, {"cup": ""}, "Cup")
        assert bring_in(shop, draft(sold(sku="2"))).outcomes == UNCHANGED

    def test_variants_that_the_file_does_not_tell_apart_are_refused(self, fake: FakeShop, shop: ShopClient) -> None:
        bring_in(shop, draft(sold("S", "Red"), sold("S", "Navy")))
        before = fake.products
        for unclear in (sizes("S"), draft()):
            assert reasons(bring_in(shop, unclear)) == ["variants of the shop that the file does not tell apart"]
        assert fake.products == before

    def test_options_in_another_order_are_put_in_that(self, fake: FakeShop, shop: ShopClient) -> None:
        bring_in(shop, draft(sold("S", "Red"), sold("M", "Navy")))
        turned = draft(sold("Red", "S"), sold("Navy", "M"), options=("Colour", "Size"))
        assert bring_in(shop, turned).outcomes == UPDATED
        assert words(fake) == {"cup": "Red S", "cup.1": "Navy M"}
        assert bring_in(shop, turned).outcomes == UNCHANGED


class TestRenaming:
    def test_an_option_renamed_in_the_shop_is_found_by_its_values(self, fake: FakeShop, shop: ShopClient) -> None:
        again = draft(sold("S", "Red"), sold("M", "Navy"))
        bring_in(shop, again)
        reword(fake, {"Size": "Größe", "Colour": "Farbe"})
        assert bring_in(shop, again).outcomes == UPDATED
        assert (list(options(fake)), words(fake)) == (["Size", "Colour"], {"cup": "S Red", "cup.1": "M Navy"})

    def test_options_that_may_be_either_are_refused(self, fake: FakeShop, shop: ShopClient) -> None:
        again = draft(*(sold(width, depth) for width in "12" for depth in "12"), options=("Width", "Depth"))
        bring_in(shop, again)
        reword(fake, {"Width": "W", "Depth": "D"})
        before = fake.products
        assert reasons(bring_in(shop, again)) == ["options of the shop that cannot be told from the file's"]
        assert fake.products == before

    def test_another_option_with_other_values_is_refused(self, fake: FakeShop, shop: ShopClient) -> None:
        bring_in(shop, sizes("S", "M"))
        assert reasons(bring_in(shop, sizes("Red", "Navy", options=("Colour",)))) == [
            "options of the shop that cannot be told from the file's"
        ]
        assert words(fake) == {"cup": "S", "cup.1": "M"}

    def test_a_value_renamed_in_the_shop_is_found_by_the_sku(self, fake: FakeShop, shop: ShopClient) -> None:
        again = draft(sold("Small", "Red", sku="1"), sold("Small", "Navy", sku="2"), sold("Large", "Red", sku="3"))
        bring_in(shop, again)
        reword(fake, {"Small": "S", "Large": "L"})
        result = bring_in(shop, again)
        assert result.outcomes == UPDATED
        assert options(fake)["Size"] == ["Small", "Large"]
        assert words(fake) == {"cup": "Small Red", "cup.1": "Small Navy", "cup.2": "Large Red"}
        assert [remark.detail for remark in result.remarks] == ["cup (S / Red)", "cup.1 (S / Navy)", "cup.2 (L / Red)"]
        assert bring_in(shop, again).outcomes == UNCHANGED

    def test_two_values_swapped_in_the_shop_stay_what_they_say(self, fake: FakeShop, shop: ShopClient) -> None:
        bring_in(shop, draft(sold("S", sku="1"), sold("M", sku="2")))
        reword(fake, {"S": "M", "M": "S"})
        bring_in(shop, draft(sold("S", sku="1"), sold("M", sku="2")))
        assert words(fake) == {"cup": "M", "cup.1": "S"}

    def test_some_goods_renamed_to_values_that_others_have(self, fake: FakeShop, shop: ShopClient) -> None:
        bring_in(shop, draft(sold("S", "Red", sku="1"), sold("M", "Red", sku="2"), sold("M", "Navy", sku="3")))
        shifted = draft(sold("M", "Red", sku="2"), sold("L", "Red", sku="1"), sold("L", "Navy", sku="3"))
        assert bring_in(shop, shifted).outcomes == UPDATED
        assert words(fake) == {"cup": "L Red", "cup.1": "M Red", "cup.2": "L Navy"}
        assert bring_in(shop, shifted).outcomes == UNCHANGED

    def test_a_value_renamed_without_a_sku_is_never_doubled(self, fake: FakeShop, shop: ShopClient) -> None:
        bring_in(shop, sizes("Small", "Large"))
        reword(fake, {"Small": "S"})
        result = bring_in(shop, sizes("Small", "Large"))
        assert reasons(result) == ["variants appear and others vanish, and no SKU says whether they are the same"]
        assert "the file has Small, the shop cup (S); --retire-missing" in result.refused[0].detail
        assert words(fake) == {"cup": "S", "cup.1": "Large"}


class TestMissing:
    def test_what_the_file_lacks_is_reported_and_left(self, fake: FakeShop, shop: ShopClient) -> None:
        bring_in(shop, sizes("S", "M"))
        for _ in range(2):
            result = bring_in(shop, sizes("S"))
            assert result.outcomes == UNCHANGED
            assert [(remark.reason, remark.detail) for remark in result.remarks] == [
                ("variant of the shop that the files do not have: left as it is", "cup.1 (M)")
            ]
        assert words(fake) == {"cup": "S", "cup.1": "M"}

    def test_goods_with_other_skus_are_others(self, fake: FakeShop, shop: ShopClient) -> None:
        bring_in(shop, draft(sold("S", sku="1"), sold("M", sku="2")))
        result = bring_in(shop, draft(sold("S", sku="1"), sold("L", sku="3")))
        assert (result.outcomes, len(result.remarks)) == (UPDATED, 1)
        assert words(fake) == {"cup": "S", "cup.1": "M", "cup.2": "L"}

    def test_it_is_taken_off_sale_when_asked_for_and_comes_back_as_the_same(
        self, fake: FakeShop, shop: ShopClient
    ) -> None:
        bring_in(shop, sizes("S", "M", "L"))
        result = bring_in(shop, sizes("L", "XL"), rules=RETIRE)
        assert result.outcomes == UPDATED
        assert {remark.detail for remark in result.remarks} == {"cup (S)", "cup.1 (M)"}
        assert (words(fake), archived(fake)) == ({"cup.2": "L", "cup.3": "XL"}, ["cup", "cup.1"])
        assert bring_in(shop, sizes("L", "XL"), rules=RETIRE).outcomes == UNCHANGED
        assert bring_in(shop, sizes("S", "M", "L", "XL")).outcomes == UPDATED
        assert words(fake) == {"cup.2": "L", "cup.3": "XL", "cup": "S", "cup.1": "M"}

    def test_everything_can_be_replaced_at_once(self, fake: FakeShop, shop: ShopClient) -> None:
        bring_in(shop, sizes("S", "M"))
        bring_in(shop, sizes("Small", "Medium"), rules=RETIRE)
        assert words(fake) == {"cup.2": "Small", "cup.3": "Medium"}

    def test_a_row_that_was_refused_is_not_missing(self, fake: FakeShop, shop: ShopClient) -> None:
        bring_in(shop, sizes("S", "M"))
        result = bring_in(shop, sizes("S", unusable=(("M",),)), rules=RETIRE)
        assert (result.outcomes, result.remarks) == (UNCHANGED, [])
        assert words(fake) == {"cup": "S", "cup.1": "M"}


def test_somebody_else_may_change_the_product_meanwhile(fake: FakeShop, shop: ShopClient) -> None:
    bring_in(shop, sizes("S"))
    races = iter([409, 409])

    def intercept(method: str, path: str) -> tuple[int, dict[str, str]] | None:
        is_write = method == "PUT" and path.endswith("/options")
        return (409, {"error": "ProductChanged"}) if is_write and next(races, None) else None

    fake.intercept = intercept
    assert bring_in(shop, sizes("S", "M")).outcomes == UPDATED
    assert words(fake) == {"cup": "S", "cup.1": "M"}


@pytest.mark.parametrize("seed", range(25))
def test_any_history_of_files_ends_as_the_last_one_says_and_ids_keep_their_goods(
    fake: FakeShop, shop: ShopClient, seed: int
) -> None:
    """Every goods has a SKU of its own, so that what an id means can be followed."""
    chance = random.Random(seed)  # noqa: S311 (no secret)
    meant: dict[str, str] = {}
    for _ in range(6):
        file = _any_file(chance)
        bring_in(shop, file, rules=RETIRE)
        assert _sold(fake) == {(variant.fields.sku, variant.values) for variant in file.variants}
        assert bring_in(shop, _shuffled(file, chance), rules=RETIRE).outcomes == UNCHANGED
        found = {each.variant_id: each.sku or "" for each in shop.variants("cup")}
        assert found.items() >= {item for item in meant.items() if item[0] in found}
        meant |= found


def _any_file(chance: random.Random) -> Draft:
    pairs = [(size, colour) for size in ("s", "S", "M", "40", "40+") for colour in ("Red", "Navy")]
    chosen = chance.sample(pairs, chance.randrange(1, 9))
    return draft(*(sold(*pair, sku="/".join(pair), price=chance.randrange(1, 9)) for pair in chosen))


def _shuffled(file: Draft, chance: random.Random) -> Draft:
    return draft(*chance.sample(file.variants, len(file.variants)))


def _sold(fake: FakeShop) -> set[tuple[str, tuple[str, ...]]]:
    variants: Iterable[dict[str, Any]] = fake.products["cup"]["variants"]
    return {(each["sku"], tuple(each["options"].values())) for each in variants}


@pytest.mark.parametrize("seed", range(20))
def test_whatever_staff_rename_no_goods_are_doubled_and_no_id_changes_its_goods(
    fake: FakeShop, shop: ShopClient, seed: int
) -> None:
    """Some goods have a SKU; their weight says in the test which they are."""
    chance = random.Random(seed)  # noqa: S311 (no secret)
    goods = [(size, colour) for size in "abcd" for colour in "xyz"]
    skus = {each: "/".join(each) if chance.random() < chance.choice([0.5, 1]) else None for each in goods}
    for step in range(8):
        chosen = chance.sample(goods, chance.randrange(1, 9))
        file = draft(*(sold(*each, sku=skus[each], weight_grams=1 + goods.index(each)) for each in chosen))
        rules = chance.choice([RETIRE, ImportRules()])
        before = shop.variants("cup")
        if bring_in(shop, file, rules=rules).refused:
            assert shop.variants("cup") == before
        else:
            assert bring_in(shop, file, rules=rules).outcomes == UNCHANGED
            weights = Counter(each.weight_grams for each in shop.variants("cup") if not each.is_archived)
            assert weights.total() == len(weights) >= len(chosen)
            after = {each.variant_id: each.weight_grams for each in shop.variants("cup")}
            assert all(after.get(each.variant_id, each.weight_grams) == each.weight_grams for each in before)
        _rename_something(fake, step, chance)


def _rename_something(fake: FakeShop, step: int, chance: random.Random) -> None:
    option = chance.choice(fake.products["cup"]["options"])
    words = [option["name"], *(value["value"] for value in option["values"])]
    reword(fake, {chance.choice(words): f"renamed {step}"})
