from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from tests.fakes import ADMIN_ID, CUSTOMER_ID, FakeClock, admin_event, call, customer_event, make_shop, public_event

from tradewind.aws.events import timeline
from tradewind.aws.table import Key, Query, QueryResult, Update, query_all
from tradewind.catalog.handlers import create_product, delete_product, update_product
from tradewind.catalog.read_handlers import get_product, list_category, list_products
from tradewind.settings import Settings
from tradewind.shop import Shop
from tradewind_tools.memory.table import MemoryTable

SHIRT = {"productId": "shirt", "name": "Ocean Blue Shirt", "price": 50, "category": "clothing", "stock": 7}
PARTITION = "PRODUCT#shirt"
STOCK = Key(PARTITION, "STOCK#main#000000")


class RacedTable(MemoryTable):
    """Somebody else writes just after the handler has read."""

    def __init__(self) -> None:
        super().__init__()
        self.rival: Update | None = None

    def query(self, query: Query) -> QueryResult:
        found = super().query(query)
        if self.rival:
            self.write(self.rival)
        return found


class MeteredTable(MemoryTable):
    """Counts round trips."""

    def __init__(self) -> None:
        super().__init__()
        self.round_trips = 0

    def get_many(self, *arguments: Any, **options: Any) -> dict[Key, dict[str, Any]]:  # noqa: ANN401 - as the table's
        self.round_trips += 1
        return super().get_many(*arguments, **options)

    def query(self, query: Query) -> QueryResult:
        self.round_trips += 1
        return super().query(query)


@pytest.fixture
def shop(clock: FakeClock) -> Shop:
    return make_shop(clock=clock)


def create(shop: Shop, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - a body in JSON
    status, body = call(create_product, admin_event(SHIRT | fields), shop)
    assert status == 201, body
    view: dict[str, Any] = body
    return view


def update(shop: Shop, product_id: str = "shirt", **fields: Any) -> tuple[int, Any]:  # noqa: ANN401 - a body in JSON
    body = {"name": "Shirt", "price": 45.5, "category": "clothing"} | fields
    return call(update_product, admin_event(body, path={"productId": product_id}), shop)


def get(shop: Shop, product_id: str = "shirt") -> tuple[int, Any]:
    return call(get_product, public_event(path={"productId": product_id}), shop)


def delete(shop: Shop, product_id: str = "shirt") -> tuple[int, Any]:
    return call(delete_product, admin_event(path={"productId": product_id}), shop)


def list_ids(shop: Shop, **query: str) -> list[str]:
    status, body = call(list_products, public_event(query=query), shop)
    assert status == 200, body
    return [item["productId"] for item in body["items"]]


def types(shop: Shop) -> list[str]:
    return [event.type for event in timeline(shop.table, PARTITION)]


def stream_of(shop: Shop) -> list[Any]:
    assert isinstance(shop.table, MemoryTable)
    return shop.table.stream


class TestCreate:
    def test_product_is_created_with_its_opening_stock(self, shop: Shop) -> None:
        variant = {
            "variantId": "shirt",
            "options": {},
            "price": 50.0,
            "sku": "OB-1",
            "barcode": None,
            "imageUrl": None,
            "weightGrams": None,
            "trackStock": True,
            "stock": 7,
        }
        assert create(shop, description="Cotton", sku="OB-1", tags=["blue"]) == {
            "productId": "shirt",
            "name": "Ocean Blue Shirt",
            "description": "Cotton",
            "price": 50.0,
            "priceRange": {"min": 50.0, "max": 50.0},
            "currency": "USD",
            "category": "clothing",
            "isActive": True,
            "imageUrl": None,
            "vendor": None,
            "options": [],
            "variantCount": 1,
            "variants": [variant],
            "tags": ["blue"],
            "version": 1,
            "createdAt": "2026-11-21T03:04:05.678000Z",
            "updatedAt": "2026-11-21T03:04:05.678000Z",
            "stock": 7,
        }
        units = {"available": 7, "reserved": 0, "sold": 0, "received": 7}
        stock = {"variantId": "shirt", "version": 1, "lowReported": False, **units}
        assert shop.table.get(STOCK) == {"PK": STOCK.pk, "SK": STOCK.sk} | stock

    def test_opening_stock_is_a_movement_by_the_administrator(self, shop: Shop) -> None:
        create(shop)
        [movement] = query_all(shop.table, Query(PARTITION, begins="HISTORY#000000#"))
        assert (movement["change"], movement["kind"], movement["by"]) == (7, "opening", ADMIN_ID)

    def test_creation_has_an_event(self, shop: Shop) -> None:
        create(shop)
        [event] = timeline(shop.table, PARTITION)
        assert (event.type, event.aggregate_id, event.sequence) == ("ProductCreated", "shirt", 1)
        assert event.correlation_id == "request-1"
        assert event.data == {
            "productId": "shirt",
            "name": "Ocean Blue Shirt",
            "category": "clothing",
            "priceMinor": 5000,
            "currency": "USD",
            "isActive": True,
        }

    def test_shop_makes_an_id_when_none_is_given(self, shop: Shop) -> None:
        body = {name: value for name, value in SHIRT.items() if name != "productId"}
        ids = {call(create_product, admin_event(body), shop)[1]["productId"] for _ in range(2)}
        assert [len(product_id) for product_id in ids] == [26, 26]

    def test_product_that_never_runs_out_has_no_stock(self, shop: Shop) -> None:
        assert create(shop, trackStock=False)["stock"] is None
        assert shop.table.get(STOCK) is None

    def test_id_that_is_taken_is_refused(self, shop: Shop) -> None:
        create(shop)
        status, body = call(create_product, admin_event(SHIRT | {"name": "Other"}), shop)
        assert (status, body["error"]) == (409, "ProductExists")
        assert get(shop)[1]["name"] == "Ocean Blue Shirt"
        assert types(shop) == ["ProductCreated"]

    def test_currency_is_the_shops_unless_it_is_given(self) -> None:
        shop = make_shop(settings=Settings(currency="JPY"))
        assert create(shop)["currency"] == "JPY"
        kuwaiti = create(shop, productId="other", currency="KWD", price=1.234)
        assert (kuwaiti["currency"], kuwaiti["price"]) == ("KWD", 1.234)

    def test_price_is_stored_in_minor_units(self, shop: Shop) -> None:
        create(shop, price="19.99")
        stored = shop.table.get(Key(PARTITION, "METADATA")) or {}
        assert (stored["variants"], stored["lowestMinor"], stored["highestMinor"]) == (
            [[0, 1999, [], True]],
            1999,
            1999,
        )

    @pytest.mark.parametrize("price", [12.999, -1, -0.01, "NaN", "Infinity", "-Infinity", 1e300, "1e-40", 10**13])
    def test_invalid_price_is_refused(self, shop: Shop, price: object) -> None:
        status, body = call(create_product, admin_event(SHIRT | {"price": price}), shop)
        assert (status, body["error"]) == (422, "InvalidAmount")
        assert shop.table.get(STOCK) is None

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"name": ""}, "name"),
            ({"name": "x" * 201}, "name"),
            ({"name": "\u200b"}, "name"),
            ({"name": "Mug\u202egum"}, "name"),
            ({"description": "a\x07"}, "description"),
            ({"vendor": "\u2800"}, "vendor"),
            ({"productId": "a.1"}, "productId"),
            ({"barcode": "4006381333930"}, "barcode"),
            ({"weightGrams": -1}, "weightGrams"),
            ({"category": ""}, "category"),
            ({"productId": "a/b"}, "productId"),
            ({"productId": "x" * 65}, "productId"),
            ({"currency": "usd"}, "currency"),
            ({"currency": "ZZZ"}, "currency"),
            ({"imageUrl": ""}, "imageUrl"),
            ({"stock": -1}, "stock"),
            ({"stock": 1.5}, "stock"),
            ({"tags": ["ok", ""]}, "tags[1]"),
            ({"tags": ["x"] * 51}, "tags"),
            ({"isActive": "yes"}, "isActive"),
        ],
    )
    def test_field_out_of_its_limits_is_named(self, shop: Shop, wrong: dict[str, object], field: str) -> None:
        status, body = call(create_product, admin_event(SHIRT | wrong), shop)
        assert (status, [detail["field"] for detail in body["details"]]) == (422, [field])

    @pytest.mark.parametrize(
        "address",
        [
            "https://img.example/mug.jpg",
            "https://cdn.img.example:8443/a/b%20c.jpg?width=640&v=1#top",
            "https://xn--bcher-kva.example/",
            "https://img.example",
            "http://localhost:8080/mug.jpg",
            "http://127.0.0.1/mug.jpg",
            "https://[::1]:8080/mug.jpg",
        ],
    )
    def test_address_of_a_picture_is_kept(self, shop: Shop, address: str) -> None:
        assert create(shop, imageUrl=address)["imageUrl"] == address

    @pytest.mark.parametrize(
        "address",
        [
            *("javascript:alert(1)", "data:image/png;base64,AAAA", "file:///etc/passwd", "//img.example/mug.jpg"),
            *("http://img.example/mug.jpg", "ftp://img.example/mug.jpg", "https:/img.example", "mug.jpg", "https://"),
            *(
                "https://shop@img.example/mug.jpg",
                "https://shop:@img.example/",
                "https://img.example@evil.example",
            ),
            *("https://mug", "https://-img.example/", "https://img..example/", "https://10.0.0.1/mug.jpg"),
            *(
                "https://img.example:port/",
                "https://img.example/a b.jpg",
                'https://img.example/"onload=',
                "https://img.example/\n",
            ),
            *(
                "https://img.example\\@evil.example/",
                " https://img.example/",
                "http://localhost.evil.example/",
                "https://ümg.example/",
            ),
            f"https://{'a' * 64}.example/",
        ],
    )
    def test_address_of_a_picture_that_a_page_cannot_show_safely_is_refused(self, shop: Shop, address: str) -> None:
        status, body = call(create_product, admin_event(SHIRT | {"imageUrl": address}), shop)
        assert (status, [detail["field"] for detail in body["details"]]) == (422, ["imageUrl"])

    @pytest.mark.parametrize(
        ("given", "meant"), [("GPB", "; did you mean GBP?"), ("usd", "; did you mean USD?"), ("ZZZ", "")]
    )
    def test_code_of_no_currency_is_refused_with_the_likely_one(self, shop: Shop, given: str, meant: str) -> None:
        _, body = call(create_product, admin_event(SHIRT | {"currency": given}), shop)
        [detail] = body["details"]
        assert detail["message"] == f"must be the ISO 4217 code of a currency in use, in capitals{meant}"


class TestGet:
    def test_product_is_read_as_it_was_created(self, shop: Shop) -> None:
        assert get(shop)[0] == 404
        assert (200, create(shop)) == get(shop)

    def test_stock_is_how_many_can_be_bought_now(self, shop: Shop) -> None:
        create(shop)
        shop.table.write(Update(STOCK, add={"available": -3, "reserved": 3}))
        assert get(shop)[1]["stock"] == 4

    def test_product_is_read_in_one_round_trip(self) -> None:
        table = MeteredTable()
        shop = make_shop(table=table)
        create(shop)
        table.round_trips = 0
        get(shop)
        assert table.round_trips == 1

    def test_inactive_product_can_still_be_read(self, shop: Shop) -> None:
        create(shop, isActive=False)
        assert get(shop)[1]["isActive"] is False

    def test_unknown_product_is_not_found(self, shop: Shop) -> None:
        status, body = get(shop)
        assert (status, body["error"], body["message"]) == (404, "ProductNotFound", "There is no product 'shirt'.")


class TestUpdate:
    def test_details_are_replaced_and_the_stock_stays(self, shop: Shop, clock: FakeClock) -> None:
        before = create(shop, description="Cotton", tags=["blue"])
        clock.advance(60)
        status, body = update(shop)
        changed = {"name": "Shirt", "price": 45.5, "description": "", "tags": [], "version": 2}
        price = {"priceRange": {"min": 45.5, "max": 45.5}, "variants": [before["variants"][0] | {"price": 45.5}]}
        assert status == 200
        assert body == before | changed | price | {"updatedAt": "2026-11-21T03:05:05.678000Z"}
        assert get(shop) == (200, body)

    def test_update_has_an_event(self, shop: Shop, clock: FakeClock) -> None:
        create(shop)
        clock.advance(1)
        update(shop, isActive=False)
        event = timeline(shop.table, PARTITION)[-1]
        assert (event.type, event.sequence, event.data["isActive"]) == ("ProductUpdated", 2, False)

    def test_update_of_another_version_is_refused(self, shop: Shop) -> None:
        create(shop)
        assert update(shop, version=1)[0] == 200
        status, body = update(shop, version=1)
        assert (status, body["error"]) == (409, "ProductChanged")

    def test_update_is_refused_when_somebody_else_was_faster(self) -> None:
        table = RacedTable()
        shop = make_shop(table=table)
        create(shop)
        table.rival = Update(Key(PARTITION, "METADATA"), add={"version": 1})
        status, body = update(shop)
        assert (status, body["error"]) == (409, "ProductChanged")
        assert types(shop) == ["ProductCreated"]

    def test_currency_stays_unless_it_is_given(self, shop: Shop) -> None:
        create(shop, currency="EUR")
        assert update(shop)[1]["currency"] == "EUR"
        assert update(shop, currency="GBP")[1]["currency"] == "GBP"

    def test_price_must_fit_the_currency_it_has(self, shop: Shop) -> None:
        create(shop, currency="JPY")
        status, body = update(shop, price=45.5)
        assert (status, body["error"]) == (422, "InvalidAmount")

    def test_product_begins_to_track_stock_when_it_is_updated(self, shop: Shop) -> None:
        create(shop, trackStock=False)
        assert update(shop, trackStock=True)[1]["stock"] == 0
        assert (shop.table.get(STOCK) or {})["available"] == 0

    def test_product_moves_to_the_list_of_its_new_category(self, shop: Shop) -> None:
        create(shop)
        update(shop, category="sale")
        assert list_ids(shop, category="clothing") == []
        assert list_ids(shop, category="sale") == ["shirt"]

    def test_inactive_product_is_in_no_list_until_it_is_active_again(self, shop: Shop) -> None:
        create(shop)
        update(shop, isActive=False)
        assert list_ids(shop) == list_ids(shop, category="clothing") == []
        update(shop, isActive=True)
        assert list_ids(shop) == list_ids(shop, category="clothing") == ["shirt"]

    def test_unknown_product_is_not_found(self, shop: Shop) -> None:
        status, body = update(shop)
        assert (status, body["error"]) == (404, "ProductNotFound")


class TestDelete:
    def test_product_and_stock_are_deleted_with_an_event(self, shop: Shop, clock: FakeClock) -> None:
        create(shop)
        clock.advance(1)
        assert delete(shop) == (204, None)
        assert get(shop)[0] == 404
        assert shop.table.get(STOCK) is None
        assert list_ids(shop) == []
        event = timeline(shop.table, PARTITION)[-1]
        assert (event.type, event.sequence, event.data) == ("ProductDeleted", 2, {"productId": "shirt"})

    def test_product_without_stock_can_be_deleted(self, shop: Shop) -> None:
        create(shop, trackStock=False)
        assert delete(shop)[0] == 204

    @pytest.mark.parametrize("taken", ["reserved", "sold"])
    def test_product_that_orders_hold_or_took_is_not_deleted(self, shop: Shop, taken: str) -> None:
        create(shop)
        shop.table.write(Update(STOCK, add={"available": -1, taken: 1}))
        status, body = delete(shop)
        assert (status, body["error"]) == (409, "ProductInUse")
        assert get(shop)[0] == 200

    def test_deleting_twice_is_not_found(self, shop: Shop) -> None:
        create(shop)
        delete(shop)
        status, body = delete(shop)
        assert (status, body["error"]) == (404, "ProductNotFound")

    def test_id_of_a_deleted_product_may_be_used_again(self, shop: Shop) -> None:
        create(shop)
        delete(shop)
        assert create(shop, stock=2)["stock"] == 2


class TestList:
    @pytest.fixture
    def stocked(self, shop: Shop, clock: FakeClock) -> Shop:
        for number in range(5):
            create(shop, productId=f"p{number}", price=10 * number, category="odd" if number % 2 else "even")
            clock.advance(1)
        return shop

    def test_products_are_listed_newest_first(self, stocked: Shop) -> None:
        assert list_ids(stocked) == ["p4", "p3", "p2", "p1", "p0"]

    def test_category_lists_its_own_products(self, stocked: Shop) -> None:
        assert list_ids(stocked, category="odd") == ["p1", "p3"]
        assert list_ids(stocked, category="od") == []
        _, body = call(list_category, public_event(path={"category": "even"}), stocked)
        assert [item["productId"] for item in body["items"]] == ["p0", "p2", "p4"]

    def test_price_range_includes_both_bounds(self, stocked: Shop) -> None:
        assert list_ids(stocked, minPrice="10", maxPrice="30.00", category="odd") == ["p1", "p3"]
        assert list_ids(stocked, minPrice="30.01", category="even") == ["p4"]
        assert list_ids(stocked, maxPrice="0", category="even") == ["p0"]

    def test_price_range_is_in_the_shops_own_currency(self, stocked: Shop) -> None:
        create(stocked, productId="yen", price=1500, currency="JPY", category="odd")
        assert list_ids(stocked, minPrice="10", maxPrice="30", category="odd") == ["p1", "p3"]

    @pytest.mark.parametrize("name", ["minPrice", "maxPrice"])
    def test_price_range_without_a_category_is_refused(self, stocked: Shop, name: str) -> None:
        status, body = call(list_products, public_event(query={name: "10"}), stocked)
        assert (status, body["error"], body["details"][0]["field"]) == (422, "CategoryRequired", "category")

    @pytest.mark.parametrize("page", [{}, {"limit": "100"}], ids=str)
    def test_page_with_a_price_range_takes_three_round_trips_at_most(self, page: dict[str, str]) -> None:
        table = MeteredTable()
        shop = make_shop(table=table)
        for number in range(700):
            create(shop, productId=f"p{number:03}", price=1, category="cheap")
        create(shop, productId="zenith", price=100, category="cheap")
        table.round_trips = 0
        query = page | {"category": "cheap", "minPrice": "50"}
        status, body = call(list_products, public_event(query=query), shop)
        assert (status, body["items"], table.round_trips) == (200, [], 3)
        _, body = call(list_products, public_event(query=query | {"cursor": body["nextCursor"]}), shop)
        assert ([item["productId"] for item in body["items"]], body["nextCursor"]) == (["zenith"], None)

    @pytest.mark.parametrize("name", ["minPrice", "maxPrice"])
    @pytest.mark.parametrize("price", ["0.001", "-1", "NaN", "1e99"])
    def test_invalid_price_bound_is_refused(self, shop: Shop, name: str, price: str) -> None:
        status, body = call(list_products, public_event(query={name: price}), shop)
        assert (status, body["error"]) == (422, "InvalidAmount")
        assert [detail["field"] for detail in body["details"]] == [name]

    @pytest.mark.parametrize("query", [{}, {"category": "even"}, {"category": "even", "minPrice": "10"}], ids=str)
    def test_pages_follow_the_cursor_to_the_end(self, stocked: Shop, query: dict[str, str]) -> None:
        whole = list_ids(stocked, **query)
        found, cursor = [], ""
        while True:
            page = query | {"limit": "2"} | ({"cursor": cursor} if cursor else {})
            _, body = call(list_products, public_event(query=page), stocked)
            found += [item["productId"] for item in body["items"]]
            cursor = body["nextCursor"]
            if cursor is None:
                break
        assert found == whole

    def test_cursor_of_another_list_is_refused(self, stocked: Shop) -> None:
        _, body = call(list_products, public_event(query={"limit": "1"}), stocked)
        other = {"category": "odd", "cursor": body["nextCursor"]}
        status, refusal = call(list_products, public_event(query=other), stocked)
        assert (status, refusal["error"]) == (422, "InvalidCursor")

    def test_page_is_read_in_one_round_trip(self) -> None:
        table = MeteredTable()
        shop = make_shop(table=table)
        for number in range(30):
            create(shop, productId=f"p{number}")
        table.round_trips = 0
        assert len(list_ids(shop)) == 20
        assert table.round_trips == 1

    def test_summary_has_no_stock(self, stocked: Shop) -> None:
        _, body = call(list_products, public_event(query={"limit": "1"}), stocked)
        assert "stock" not in body["items"][0]
        assert body["items"][0]["price"] == 40.0

    @pytest.mark.parametrize("limit", ["0", "101", "x"])
    def test_limit_out_of_range_is_refused(self, shop: Shop, limit: str) -> None:
        assert call(list_products, public_event(query={"limit": limit}), shop)[0] == 422


class TestRoles:
    @pytest.mark.parametrize("operation", [create_product, update_product, delete_product])
    def test_only_administrators_change_products(self, shop: Shop, operation: Any) -> None:  # noqa: ANN401 - endpoints of different types
        create(shop)
        stream = len(stream_of(shop))
        path = {"productId": "shirt"}
        assert call(operation, public_event(SHIRT, path=path), shop)[0] == 401
        assert call(operation, customer_event(SHIRT, user_id=CUSTOMER_ID, path=path), shop)[0] == 403
        assert len(stream_of(shop)) == stream


def test_each_change_is_one_transaction(shop: Shop) -> None:
    """Every item that a change touches, and the record of it, appears at once in the stream; nothing is half done."""
    create(shop)
    images = [record.new_image or {} for record in stream_of(shop)]
    kinds = [image["SK"].partition("#")[0] for image in images if not image["PK"].startswith("AUDIT")]
    assert kinds == ["METADATA", "STOCK", "HISTORY", "EVENT"]
    assert len(images) > len(kinds)


def test_times_are_read_back_in_utc(shop: Shop) -> None:
    created = msgspec.convert(create(shop)["createdAt"], datetime)
    assert created == datetime(2026, 11, 21, 3, 4, 5, 678_000, tzinfo=UTC)
