from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import FakeClock, admin_event, call, customer_event, make_shop, public_event
from tests.trading import order_body, stock, submit_order, with_customer

from tradewind.aws.events import timeline
from tradewind.aws.table import MAX_TRANSACTION_WRITES, Update, Write
from tradewind.cart.handlers import add_item, get_cart
from tradewind.catalog.change_messages import MAX_NEW_VARIANTS
from tradewind.catalog.handlers import create_product, delete_product, update_product
from tradewind.catalog.model import MAX_VARIANTS
from tradewind.catalog.read_handlers import get_product, list_products
from tradewind.catalog.reads import next_numbers_key
from tradewind.catalog.variant_handlers import (
    add_variants,
    list_variants,
    order_variants,
    remove_variant,
    replace_options,
    update_variant,
)
from tradewind.inventory.handlers import set_stock
from tradewind.ordering.handlers import place_order
from tradewind.shop import Shop
from tradewind_tools.memory.table import MemoryTable

PRODUCT = {"name": "Deck shirt", "category": "clothing"}
OPTIONS = [{"name": "Size", "values": ["S", "M", "L"]}, {"name": "Colour", "values": ["Navy", "Sand"]}]


def variant(size: str, colour: str = "Navy", **fields: object) -> dict[str, object]:
    return {"options": {"Size": size, "Colour": colour}, "price": 40, "stock": 5} | fields


SMALL, MEDIUM, LARGE = variant("S"), variant("M", price=45), variant("L", price=42.5)


@pytest.fixture
def shop(clock: FakeClock) -> Shop:
    return with_customer(make_shop(clock=clock))


@pytest.fixture
def shirt(shop: Shop) -> dict[str, Any]:
    return create(shop, options=OPTIONS, variants=[SMALL, MEDIUM])


def create(shop: Shop, **fields: object) -> dict[str, Any]:
    status, body = call(create_product, admin_event(PRODUCT | {"productId": "shirt"} | fields), shop)
    assert status == 201, body
    created: dict[str, Any] = body
    return created


def get(shop: Shop, product_id: str = "shirt") -> dict[str, Any]:
    status, body = call(get_product, public_event(path={"productId": product_id}), shop)
    assert status == 200, body
    found: dict[str, Any] = body
    return found


def ids(product: dict[str, Any]) -> list[str]:
    return [each["variantId"] for each in product["variants"]]


def add(shop: Shop, *variants: dict[str, object], **fields: object) -> tuple[int, Any]:
    body = {"variants": list(variants)} | fields
    return call(add_variants, admin_event(body, path={"productId": "shirt"}), shop)


def update(shop: Shop, variant_id: str, fields: dict[str, object]) -> tuple[int, Any]:
    body = {name: value for name, value in fields.items() if name != "stock"}
    return call(update_variant, admin_event(body, path={"productId": "shirt", "variantId": variant_id}), shop)


def remove(shop: Shop, variant_id: str) -> tuple[int, Any]:
    return call(remove_variant, admin_event(path={"productId": "shirt", "variantId": variant_id}), shop)


def put_options(shop: Shop, options: Sequence[Mapping[str, object]]) -> tuple[int, Any]:
    body = {"options": options, "version": get(shop)["version"]}
    return call(replace_options, admin_event(body, path={"productId": "shirt"}), shop)


def list_all(shop: Shop) -> list[dict[str, Any]]:
    status, body = call(list_variants, admin_event(path={"productId": "shirt"}), shop)
    assert status == 200, body
    items: list[dict[str, Any]] = body["items"]
    return items


class TestProduct:
    def test_has_its_variants_in_order_with_a_range_of_prices(self, shop: Shop, shirt: dict[str, Any]) -> None:
        assert shirt == get(shop)
        assert ids(shirt) == ["shirt", "shirt.1"]
        assert [each["options"] for each in shirt["variants"]] == [
            {"Size": "S", "Colour": "Navy"},
            {"Size": "M", "Colour": "Navy"},
        ]
        assert (shirt["price"], shirt["priceRange"], shirt["stock"]) == (40, {"min": 40, "max": 45}, 10)
        assert [[value["value"] for value in option["values"]] for option in shirt["options"]] == [
            ["S", "M", "L"],
            ["Navy", "Sand"],
        ]

    @pytest.mark.usefixtures("shirt")
    def test_is_one_entry_of_a_list_that_finds_it_by_any_of_its_prices(self, shop: Shop) -> None:
        for query in ({}, {"category": "clothing", "minPrice": "45"}, {"category": "clothing", "maxPrice": "40"}):
            _, body = call(list_products, public_event(query=query), shop)
            assert [(each["productId"], each["variantCount"]) for each in body["items"]] == [("shirt", 2)]
        _, body = call(list_products, public_event(query={"category": "clothing", "minPrice": "45.01"}), shop)
        assert body["items"] == []

    def test_stock_is_unknown_where_one_variant_never_runs_out(self, shop: Shop) -> None:
        assert create(shop, options=OPTIONS, variants=[SMALL, MEDIUM | {"trackStock": False}])["stock"] is None

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"options": OPTIONS}, "price"),
            ({"price": 1, "options": OPTIONS}, "options"),
            ({"price": 1, "variants": [SMALL]}, "price"),
            ({"options": OPTIONS, "variants": [SMALL], "stock": 3}, "variants"),
            ({"options": OPTIONS, "variants": [SMALL], "sku": "S"}, "variants"),
            ({"options": OPTIONS, "variants": []}, "variants"),
            ({"options": OPTIONS, "variants": [{"options": {"Size": "S"}, "price": 1}]}, "variants[0].options.Colour"),
            ({"options": OPTIONS, "variants": [SMALL, variant("XS")]}, "variants[1].options.Size"),
            ({"variants": [SMALL]}, "variants[0].options.Size"),
            ({"options": [*OPTIONS, OPTIONS[0]], "variants": [SMALL]}, "options[2].name"),
            ({"options": [{"name": "Size", "values": ["S", " S"]}], "variants": [SMALL]}, "options[0].values[1].value"),
        ],
    )
    def test_description_that_does_not_fit_is_refused_by_its_field(
        self, shop: Shop, fields: dict[str, object], field: str
    ) -> None:
        status, body = call(create_product, admin_event(PRODUCT | fields), shop)
        assert (status, body["details"][0]["field"]) == (422, field)

    def test_invalid_price_of_a_variant_is_refused_by_its_field(self, shop: Shop) -> None:
        wrong = PRODUCT | {"options": OPTIONS, "variants": [SMALL, MEDIUM | {"price": 1.001}]}
        status, body = call(create_product, admin_event(wrong), shop)
        assert (status, body["error"], body["details"][0]["field"]) == (422, "InvalidAmount", "variants[1].price")

    def test_option_that_is_named_twice_is_refused(self, shop: Shop) -> None:
        twice = SMALL | {"options": {"Size": "S", "Size ": "M", "Colour": "Navy"}}
        status, body = call(create_product, admin_event(PRODUCT | {"options": OPTIONS, "variants": [twice]}), shop)
        assert (status, body["details"]) == (
            422,
            [{"field": "variants[0].options.Size ", "message": "stands there twice"}],
        )

    def test_two_variants_with_the_same_options_are_refused_by_the_id_of_the_first(self, shop: Shop) -> None:
        status, body = call(
            create_product, admin_event(PRODUCT | {"options": OPTIONS, "variants": [SMALL, SMALL]}), shop
        )
        assert (status, body["error"], body["details"][0]["message"]) == (409, "VariantExists", "S, Navy")

    def test_values_that_differ_in_case_are_two(self, shop: Shop) -> None:
        options = [{"name": "Size", "values": ["m", "M"]}]
        variants = [{"options": {"Size": size}, "price": 1} for size in ("m", "M")]
        assert ids(create(shop, options=options, variants=variants)) == ["shirt", "shirt.1"]

    def test_update_keeps_the_variants_of_a_product_that_has_several(self, shop: Shop, shirt: dict[str, Any]) -> None:
        status, body = call(update_product, admin_event(PRODUCT | {"name": "Shirt"}, path={"productId": "shirt"}), shop)
        assert (status, body["name"], body["variants"]) == (200, "Shirt", shirt["variants"])

    @pytest.mark.parametrize(
        "fields", [{"price": 40}, {"sku": "S"}, {"trackStock": False}, {"currency": "GBP"}], ids=str
    )
    def test_update_of_what_its_variants_say_is_refused(
        self, shop: Shop, shirt: dict[str, Any], fields: dict[str, object]
    ) -> None:
        status, body = call(update_product, admin_event(PRODUCT | fields, path={"productId": "shirt"}), shop)
        assert (status, body["error"], body["details"][0]["field"]) == (422, "VariantFieldsMisplaced", *fields)
        assert get(shop) == shirt

    def test_update_of_a_simple_product_needs_a_price(self, shop: Shop) -> None:
        create(shop, price=1)
        status, body = call(update_product, admin_event(PRODUCT, path={"productId": "shirt"}), shop)
        assert (status, body["details"][0]["field"]) == (422, "price")


class TestAdd:
    @pytest.mark.usefixtures("shirt")
    def test_added_variants_get_the_next_numbers(self, shop: Shop) -> None:
        status, body = add(shop, LARGE, variant("S", "Sand"))
        assert (status, ids(body), body["version"]) == (201, ["shirt", "shirt.1", "shirt.2", "shirt.3"], 2)
        assert body == get(shop)
        assert stock(shop, "shirt.2") == (5, 0, 0)
        assert timeline(shop.table, "PRODUCT#shirt")[-1].type == "ProductUpdated"

    def test_first_variant_of_a_product_that_gains_options_keeps_its_id(self, shop: Shop) -> None:
        create(shop, price=40, stock=5)
        sizes: dict[str, object] = {"name": "Size", "values": [{"value": "S"}, {"value": "M"}], "initial": "M"}
        put_options(shop, [sizes])
        _, body = add(shop, {"options": {"Size": "S"}, "price": 41})
        assert [(each["variantId"], each["options"]) for each in body["variants"]] == [
            ("shirt", {"Size": "M"}),
            ("shirt.1", {"Size": "S"}),
        ]
        assert stock(shop, "shirt") == (5, 0, 0)

    def test_second_variant_without_options_is_refused(self, shop: Shop) -> None:
        create(shop, price=40)
        status, body = add(shop, {"price": 41})
        assert (status, body["error"], body["details"][0]["field"]) == (409, "VariantExists", "shirt")

    def test_variant_that_there_is_already_is_named(self, shop: Shop, shirt: dict[str, Any]) -> None:
        status, body = add(shop, LARGE, MEDIUM)
        assert (status, body["details"][0]["field"]) == (409, "shirt.1")
        assert get(shop) == shirt

    def test_more_than_a_page_shows_are_refused(self, shop: Shop) -> None:
        sizes = [str(number) for number in range(MAX_VARIANTS)]
        options = [{"name": "Size", "values": sizes}, {"name": "Cut", "values": ["a", "b"]}]
        described = [{"options": {"Size": size, "Cut": "a"}, "price": 1} for size in sizes]
        create(shop, options=options, variants=described[:MAX_NEW_VARIANTS])
        for start in range(MAX_NEW_VARIANTS, MAX_VARIANTS, MAX_NEW_VARIANTS):
            assert add(shop, *described[start : start + MAX_NEW_VARIANTS])[0] == 201
        status, body = add(shop, {"options": {"Size": "1", "Cut": "b"}, "price": 1})
        assert (status, body["error"], len(get(shop)["variants"])) == (409, "TooManyVariants", MAX_VARIANTS)

    def test_as_many_as_are_allowed_fit_one_transaction_with_the_record_of_the_act(self, clock: FakeClock) -> None:
        table = _LargestTransaction()
        shop = with_customer(make_shop(clock=clock, table=table))
        sizes = [str(number) for number in range(MAX_NEW_VARIANTS)]
        described = [{"options": {"Size": size}, "price": 1, "stock": 1, "sku": size} for size in sizes]
        table.sizes.clear()
        create(shop, options=[{"name": "Size", "values": sizes}], variants=described)
        assert len(table.sizes) == 1
        assert table.sizes[0] <= MAX_TRANSACTION_WRITES


class _LargestTransaction(MemoryTable):
    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []

    def transact(self, writes: Sequence[Write]) -> None:
        self.sizes.append(len(writes))
        super().transact(writes)


class TestUpdate:
    @pytest.mark.usefixtures("shirt")
    def test_variant_is_told_anew_and_keeps_id_and_stock(self, shop: Shop) -> None:
        told = variant(
            "L", "Sand", price=50, sku="L-1", barcode="4006381333931", compareAtPrice=60, cost=20, weightGrams=250
        )
        status, body = update(shop, "shirt.1", told)
        assert (status, body) == (200, get(shop))
        changed = body["variants"][1]
        assert (changed["variantId"], changed["options"], changed["stock"]) == (
            "shirt.1",
            {"Size": "L", "Colour": "Sand"},
            5,
        )
        assert (changed["sku"], changed["barcode"], changed["weightGrams"]) == ("L-1", "4006381333931", 250)
        assert body["priceRange"] == {"min": 40, "max": 50}

    @pytest.mark.usefixtures("shirt")
    def test_customers_are_not_told_what_it_costs_the_shop(self, shop: Shop) -> None:
        update(shop, "shirt.1", MEDIUM | {"cost": 20, "compareAtPrice": 60})
        assert "cost" not in str(get(shop))
        assert [(each["cost"], each["compareAtPrice"]) for each in list_all(shop)] == [(None, None), (20, 60)]

    @pytest.mark.usefixtures("shirt")
    def test_options_of_another_variant_are_refused(self, shop: Shop) -> None:
        status, body = update(shop, "shirt.1", SMALL)
        assert (status, body["error"], body["details"][0]["field"]) == (409, "VariantExists", "shirt")

    @pytest.mark.usefixtures("shirt")
    def test_unknown_variant_is_not_found_whatever_is_wrong_besides(self, shop: Shop) -> None:
        assert update(shop, "shirt.9", {"options": {"Size": "XXL"}, "price": 1})[1]["error"] == "VariantNotFound"

    @pytest.mark.parametrize("variant_id", ["shirt.2", "other", "other.1"])
    @pytest.mark.usefixtures("shirt")
    def test_variant_that_the_product_has_not_is_not_found(self, shop: Shop, variant_id: str) -> None:
        assert update(shop, variant_id, LARGE)[1]["error"] == "VariantNotFound"
        assert remove(shop, variant_id)[1]["error"] == "VariantNotFound"

    @pytest.mark.usefixtures("shirt")
    def test_change_of_another_version_is_refused(self, shop: Shop) -> None:
        add(shop, LARGE)
        assert update(shop, "shirt", SMALL | {"version": 1})[1]["error"] == "ProductChanged"
        assert add(shop, variant("L", "Sand"), version=1)[1]["error"] == "ProductChanged"

    def test_variant_begins_to_track_stock_when_it_is_updated(self, shop: Shop) -> None:
        create(shop, options=OPTIONS, variants=[SMALL | {"trackStock": False}, MEDIUM])
        assert update(shop, "shirt", SMALL)[1]["variants"][0]["stock"] == 0
        assert stock(shop, "shirt") == (0, 0, 0)


class TestRemove:
    @pytest.mark.usefixtures("shirt")
    def test_variant_that_never_had_a_unit_is_deleted_and_its_number_never_comes_again(self, shop: Shop) -> None:
        add(shop, LARGE | {"stock": 0})
        assert remove(shop, "shirt.2") == (204, None)
        assert [each["variantId"] for each in list_all(shop)] == ["shirt", "shirt.1"]
        assert ids(add(shop, LARGE)[1])[-1] == "shirt.3"

    @pytest.mark.usefixtures("shirt")
    def test_variant_with_units_is_archived_and_comes_back_as_it_was(self, shop: Shop) -> None:
        update(shop, "shirt", SMALL | {"sku": "S-1"})
        assert remove(shop, "shirt")[0] == 204
        assert ids(get(shop)) == ["shirt.1"]
        assert [(each["variantId"], each["isArchived"], each["sku"]) for each in list_all(shop)] == [
            ("shirt.1", False, None),
            ("shirt", True, "S-1"),
        ]
        assert stock(shop, "shirt") == (5, 0, 0)
        _, body = update(shop, "shirt", SMALL)
        assert (ids(body), body["variants"][1]["stock"]) == (["shirt.1", "shirt"], 5)
        assert [each["isArchived"] for each in list_all(shop)] == [False, False]

    @pytest.mark.usefixtures("shirt")
    def test_archived_variant_is_deleted_once_no_unit_of_it_is_left(self, shop: Shop) -> None:
        remove(shop, "shirt.1")
        assert remove(shop, "shirt.1")[0] == 204
        assert [each["variantId"] for each in list_all(shop)] == ["shirt", "shirt.1"]
        call(set_stock, admin_event({"onHand": 0}, path={"variantId": "shirt.1"}), shop)
        assert remove(shop, "shirt.1")[0] == 204
        assert [each["variantId"] for each in list_all(shop)] == ["shirt"]

    @pytest.mark.usefixtures("shirt")
    def test_archived_variant_is_not_said_to_have_what_it_never_had(self, shop: Shop) -> None:
        remove(shop, "shirt.1")
        size, colour = get(shop)["options"]
        put_options(shop, [{**size, "values": size["values"][:1]}, colour])
        assert list_all(shop)[1]["options"] == {"Colour": "Navy"}

    @pytest.mark.usefixtures("shirt")
    def test_archived_variant_does_not_come_back_beside_its_equal(self, shop: Shop) -> None:
        remove(shop, "shirt.1")
        add(shop, MEDIUM)
        assert update(shop, "shirt.1", MEDIUM)[1]["error"] == "VariantExists"

    @pytest.mark.usefixtures("shirt")
    def test_last_variant_stays(self, shop: Shop) -> None:
        remove(shop, "shirt")
        status, body = remove(shop, "shirt.1")
        assert (status, body["error"], ids(get(shop))) == (409, "LastVariant", ["shirt.1"])


class TestOrderOfVariants:
    def put(self, shop: Shop, *variant_ids: str) -> tuple[int, Any]:
        return call(order_variants, admin_event({"variantIds": variant_ids}, path={"productId": "shirt"}), shop)

    @pytest.mark.usefixtures("shirt")
    def test_order_is_what_pages_show(self, shop: Shop) -> None:
        assert ids(self.put(shop, "shirt.1", "shirt")[1]) == ids(get(shop)) == ["shirt.1", "shirt"]

    @pytest.mark.parametrize("wanted", [["shirt"], ["shirt", "shirt"], ["shirt", "shirt.1", "shirt.2"]], ids=str)
    def test_anything_but_all_of_them_once_is_refused(
        self, shop: Shop, shirt: dict[str, Any], wanted: list[str]
    ) -> None:
        assert self.put(shop, *wanted)[0] == 422
        assert get(shop) == shirt


class TestOptions:
    def kept(self, shop: Shop) -> list[dict[str, Any]]:
        options: list[dict[str, Any]] = get(shop)["options"]
        return options

    @pytest.mark.usefixtures("shirt")
    def test_other_words_and_another_order_change_no_variant(self, shop: Shop) -> None:
        size, colour = self.kept(shop)
        size["name"], colour["values"][0]["value"] = "Grösse", "Midnight"
        size["values"].reverse()
        status, body = put_options(shop, [colour, size])
        assert status == 200
        assert [(each["variantId"], each["options"]) for each in body["variants"]] == [
            ("shirt", {"Colour": "Midnight", "Grösse": "S"}),
            ("shirt.1", {"Colour": "Midnight", "Grösse": "M"}),
        ]
        assert list(body["variants"][0]["options"]) == ["Colour", "Grösse"]

    @pytest.mark.usefixtures("shirt")
    def test_new_option_gives_the_variants_there_are_its_initial_value(self, shop: Shop) -> None:
        cut = {"name": "Cut", "values": [{"value": "Slim"}, {"value": "Wide"}], "initial": "Wide"}
        _, body = put_options(shop, [*self.kept(shop), cut])
        assert {each["options"]["Cut"] for each in body["variants"]} == {"Wide"}

    @pytest.mark.usefixtures("shirt")
    def test_option_that_tells_variants_apart_stays(self, shop: Shop) -> None:
        size, colour = self.kept(shop)
        assert put_options(shop, [colour])[1]["error"] == "OptionInUse"
        status, body = put_options(shop, [size])
        assert (status, [each["options"] for each in body["variants"]]) == (200, [{"Size": "S"}, {"Size": "M"}])

    @pytest.mark.usefixtures("shirt")
    def test_value_that_a_variant_has_stays_and_another_one_may_go(self, shop: Shop) -> None:
        size, colour = self.kept(shop)
        assert put_options(shop, [{**size, "values": size["values"][1:]}, colour])[1]["error"] == "OptionInUse"
        assert put_options(shop, [{**size, "values": size["values"][:2]}, colour])[0] == 200

    @pytest.mark.usefixtures("shirt")
    def test_id_of_an_option_that_is_gone_is_never_given_again(self, shop: Shop) -> None:
        size, colour = self.kept(shop)
        put_options(shop, [size])
        _, body = put_options(shop, [size, {"name": "Colour", "values": [{"value": "Navy"}]}])
        before, after = colour, body["options"][1]
        assert {before["optionId"], *(each["valueId"] for each in before["values"])}.isdisjoint(
            {after["optionId"], *(each["valueId"] for each in after["values"])}
        )

    @pytest.mark.parametrize("wrong", [{"optionId": 99}, {"values": [{"valueId": 99, "value": "S"}]}], ids=str)
    @pytest.mark.usefixtures("shirt")
    def test_ids_that_are_none_of_the_products_are_refused(self, shop: Shop, wrong: dict[str, object]) -> None:
        size, colour = self.kept(shop)
        status, body = put_options(shop, [size | wrong, colour])
        assert (status, body["error"]) == (422, "InvalidOptions")

    def test_words_that_take_too_much_room_in_an_order_are_refused(self, shop: Shop) -> None:
        """Five options of 240 characters outside the Basic Multilingual Plane: each line of an order repeats them."""
        create(shop, price=1)
        wide = "\U0001f9e5" * 240
        options = [{"name": f"{number}{wide}", "values": [{"value": wide}]} for number in range(5)]
        assert put_options(shop, options)[1]["error"] == "InvalidOptions"

    @pytest.mark.usefixtures("shirt")
    def test_initial_value_of_an_option_that_there_is_already_is_refused(self, shop: Shop) -> None:
        size, colour = self.kept(shop)
        status, body = put_options(shop, [size | {"initial": "M"}, colour])
        assert (status, body["details"][0]["field"]) == (422, "options[0].initial")

    def test_options_that_take_too_much_room_are_refused(self, shop: Shop) -> None:
        create(shop, price=1)
        values = [{"value": f"{number} {'x' * 250}"} for number in range(200)]
        assert put_options(shop, [{"name": "Size", "values": values}])[1]["error"] == "InvalidOptions"


class TestDeletedProduct:
    def test_no_variant_gets_a_number_that_no_request_can_name(self, shop: Shop) -> None:
        create(shop, price=1)
        call(delete_product, admin_event(path={"productId": "shirt"}), shop)
        shop.table.write(Update(next_numbers_key("shirt"), set={"nextNumber": 999}))
        wanted = PRODUCT | {"productId": "shirt", "options": OPTIONS, "variants": [SMALL, MEDIUM, LARGE]}
        assert call(create_product, admin_event(wanted), shop)[1]["error"] == "TooManyVariants"

    def test_another_one_of_its_id_gives_no_number_and_no_option_id_again(
        self, shop: Shop, shirt: dict[str, Any]
    ) -> None:
        assert call(delete_product, admin_event(path={"productId": "shirt"}), shop)[0] == 204
        again = create(shop, options=OPTIONS, variants=[SMALL, MEDIUM])
        assert ids(again) == ["shirt", "shirt.2"]
        assert again["options"][0]["optionId"] > shirt["options"][1]["optionId"]

    @pytest.mark.usefixtures("shirt")
    def test_archived_variants_go_with_it(self, shop: Shop) -> None:
        remove(shop, "shirt.1")
        assert call(delete_product, admin_event(path={"productId": "shirt"}), shop)[0] == 204
        create(shop, price=1)
        assert [each["variantId"] for each in list_all(shop)] == ["shirt"]


class TestSelling:
    @pytest.mark.usefixtures("shirt")
    def test_cart_and_order_name_the_variant_with_its_options(self, shop: Shop) -> None:
        _, added = call(add_item, customer_event({"variantId": "shirt.1", "quantity": 2}), shop)
        assert (added["productId"], added["variantId"], added["options"]["Size"]) == ("shirt", "shirt.1", "M")
        _, cart = call(get_cart, customer_event(), shop)
        [item] = cart["items"]
        assert (item["variantId"], item["options"]["Size"], item["lineTotal"], item["available"]) == (
            "shirt.1",
            "M",
            90,
            5,
        )

    @pytest.mark.usefixtures("shirt")
    def test_units_are_taken_from_the_stock_of_the_variant(self, shop: Shop) -> None:
        body = order_body({}) | {"items": [{"variantId": "shirt.1", "quantity": 2}]}
        assert call(place_order, customer_event(body), shop)[0] == 201
        assert (stock(shop, "shirt"), stock(shop, "shirt.1")) == ((5, 0, 0), (3, 2, 0))

    @pytest.mark.parametrize("operation", ["cart", "order"])
    @pytest.mark.usefixtures("shirt")
    def test_product_that_is_sold_in_variants_is_not_bought_by_its_id(self, shop: Shop, operation: str) -> None:
        item = {"productId": "shirt", "quantity": 1}
        if operation == "cart":
            status, refusal = call(add_item, customer_event(item), shop)
        else:
            status, refusal = call(place_order, customer_event(order_body({}) | {"items": [item]}), shop)
        assert (status, refusal["error"]) == (422, "VariantRequired")
        assert refusal["details"] == [
            {"field": "shirt", "message": "S, Navy"},
            {"field": "shirt.1", "message": "M, Navy"},
        ]

    @pytest.mark.parametrize("item", [{}, {"productId": "shirt", "variantId": "shirt.1"}], ids=str)
    @pytest.mark.usefixtures("shirt")
    def test_neither_or_both_ids_are_refused(self, shop: Shop, item: dict[str, object]) -> None:
        status, body = call(add_item, customer_event(item | {"quantity": 1}), shop)
        assert (status, [each["field"] for each in body["details"]]) == (422, ["productId", "variantId"])

    @pytest.mark.usefixtures("shirt")
    def test_archived_variant_in_a_cart_cannot_be_bought(self, shop: Shop) -> None:
        call(add_item, customer_event({"variantId": "shirt.1", "quantity": 1}), shop)
        remove(shop, "shirt.1")
        _, cart = call(get_cart, customer_event(), shop)
        assert (cart["unavailable"], cart["items"][0]["name"], cart["total"]) == (["shirt.1"], "Deck shirt", 0)
        body = order_body({}) | {"items": [{"variantId": "shirt.1", "quantity": 1}]}
        assert call(place_order, customer_event(body), shop)[1]["error"] == "ProductUnavailable"

    @pytest.mark.usefixtures("shirt")
    def test_first_variant_is_not_meant_once_another_one_is_all_that_is_left(self, shop: Shop) -> None:
        remove(shop, "shirt")
        status, body = call(add_item, customer_event({"productId": "shirt", "quantity": 1}), shop)
        assert (status, body["details"]) == (422, [{"field": "shirt.1", "message": "M, Navy"}])

    def test_simple_product_is_bought_by_either_id(self, shop: Shop) -> None:
        create(shop, price=40, stock=5)
        submit_order(shop, {"shirt": 1})
        call(place_order, customer_event(order_body({}) | {"items": [{"variantId": "shirt", "quantity": 1}]}), shop)
        assert stock(shop, "shirt") == (3, 2, 0)


SIZES = [str(number) for number in range(6)]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sampled_from(SIZES), st.integers(0, 3)),
        st.tuples(st.just("remove"), st.integers(0, 8)),
        st.tuples(st.just("update"), st.integers(0, 8), st.sampled_from(SIZES)),
        st.tuples(st.just("count"), st.integers(0, 8), st.integers(0, 5)),
        st.tuples(st.just("rename"), st.integers(0, 5)),
        st.tuples(st.just("reverse")),
    ),
    max_size=12,
)


class Edits:
    """A product while it is edited, and what every variant was told to be: the id of its value, and its units."""

    def __init__(self) -> None:
        self.shop = with_customer(make_shop(clock=FakeClock()))
        first = {"options": {"Size": "0"}, "price": 1, "stock": 2}
        created = create(self.shop, options=[{"name": "Size", "values": SIZES}], variants=[first])
        self.meanings: dict[str, int] = {"shirt": created["options"][0]["values"][0]["valueId"]}
        self.units = {"shirt": 2}

    def add(self, size: str, count: int) -> None:
        value = self.values()[int(size)]
        status, body = add(self.shop, {"options": {"Size": value["value"]}, "price": 1, "stock": count})
        if status == 201:
            new = body["variants"][-1]["variantId"]
            assert new not in self.meanings
            self.meanings[new], self.units[new] = value["valueId"], count

    def remove(self, number: int) -> None:
        remove(self.shop, _named(number))
        if _named(number) not in [each["variantId"] for each in list_all(self.shop)]:
            assert self.units.pop(_named(number), 0) == 0

    def update(self, number: int, size: str) -> None:
        value = self.values()[int(size)]
        if update(self.shop, _named(number), {"options": {"Size": value["value"]}, "price": 2})[0] == 200:
            self.meanings[_named(number)] = value["valueId"]

    def count(self, number: int, on_hand: int) -> None:
        event = admin_event({"onHand": on_hand}, path={"variantId": _named(number)})
        if call(set_stock, event, self.shop)[0] == 200:
            self.units[_named(number)] = on_hand

    def rename(self, position: int) -> None:
        product = get(self.shop)
        product["options"][0]["values"][position]["value"] += "'"
        assert put_options(self.shop, product["options"])[0] == 200

    def reverse(self) -> None:
        body = {"variantIds": ids(get(self.shop))[::-1]}
        assert call(order_variants, admin_event(body, path={"productId": "shirt"}), self.shop)[0] == 200

    def values(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = get(self.shop)["options"][0]["values"]
        return found

    def check(self) -> None:
        value_ids = {each["value"]: each["valueId"] for each in self.values()}
        for each in get(self.shop)["variants"]:
            assert value_ids[each["options"]["Size"]] == self.meanings[each["variantId"]]
        assert {each: stock(self.shop, each)[0] for each in self.units} == self.units


def _named(number: int) -> str:
    return f"shirt.{number}" if number else "shirt"


@given(STEPS)
def test_no_edit_changes_what_an_id_means_nor_loses_a_unit(steps: list[tuple[Any, ...]]) -> None:
    edits = Edits()
    for name, *arguments in steps:
        getattr(edits, name)(*arguments)
        edits.check()
