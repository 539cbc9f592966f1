"""Products, their lists and their stock, through the front door."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import chain, islice
from typing import Any

import pytest
from tests.e2e.browserless import Visitor, until
from tests.e2e.function_logs import written

from tradewind_tools.localcloud.cloud import LocalCloud

LAMP = {"name": "Lamp", "price": 19.99, "category": "lamps"}


def ids(items: list[Any]) -> list[str]:
    return [item["productId"] for item in items]


def ids_of_pages(visitor: Visitor, path: str, **query: object) -> list[str]:
    return ids(list(chain.from_iterable(visitor.pages(path, **query))))


class TestProducts:
    def test_product_is_created_read_updated_and_deleted(self, admin: Visitor, visitor: Visitor) -> None:
        made = admin.post("/products", LAMP | {"stock": 3, "vendor": "Quay & Co", "tags": ["gift"]}).ok()
        path = f"/products/{made['productId']}"
        assert (made["price"], made["currency"], made["version"], made["stock"]) == (19.99, "USD", 1, 3)
        assert visitor.get(path).ok() == made

        changed = admin.put(path, LAMP | {"name": "Storm lamp", "price": 25, "version": 1}).ok()
        assert (changed["name"], changed["price"], changed["version"], changed["stock"]) == ("Storm lamp", 25, 2, 3)
        assert (changed["tags"], changed["vendor"]) == ([], None), "the whole product is replaced"
        assert visitor.get(path).ok() == changed

        assert admin.delete(path).status == 204
        assert visitor.get(path).error == (404, "ProductNotFound")
        assert admin.delete(path).error == (404, "ProductNotFound")
        assert admin.put(path, LAMP).error == (404, "ProductNotFound")

    def test_update_of_an_older_version_is_refused(self, admin: Visitor) -> None:
        path = f"/products/{admin.add_product('versioned')}"
        admin.put(path, LAMP | {"version": 1}).ok()
        assert admin.put(path, LAMP | {"version": 1, "price": 1}).error == (409, "ProductChanged")
        assert admin.get(path).ok()["price"] == LAMP["price"]

    def test_one_of_parallel_updates_of_one_version_succeeds(self, admin: Visitor) -> None:
        path = f"/products/{admin.add_product('contested')}"
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda price: admin.put(path, LAMP | {"version": 1, "price": price}), range(6)))
        assert sorted(answer.status for answer in answers) == [200, 409, 409, 409, 409, 409]
        [winner] = [answer.body for answer in answers if answer.status == 200]
        assert admin.get(path).ok() == winner

    def test_chosen_id_is_taken_once(self, admin: Visitor) -> None:
        admin.add_product("own-id")
        assert admin.post("/products", LAMP | {"productId": "own-id"}).error == (409, "ProductExists")

    def test_product_that_orders_hold_is_not_deleted(self, admin: Visitor, customer: Visitor) -> None:
        product = admin.add_product("held", 2)
        customer.order({product: 1}, "tok_async").ok()
        assert admin.delete(f"/products/{product}").error == (409, "ProductInUse")


class TestLists:
    def test_newest_come_first_and_each_once(self, admin: Visitor, visitor: Visitor) -> None:
        made = [admin.add_product(f"newest-{number}") for number in range(7)]
        pages = list(islice(visitor.pages("/products", limit=3), 3))
        assert [len(page) for page in pages] == [3, 3, 3]
        assert ids(list(chain.from_iterable(pages)))[:7] == made[::-1]

        every = list(chain.from_iterable(visitor.pages("/products", limit=100)))
        assert len(set(ids(every))) == len(every)
        times = [datetime.fromisoformat(product["createdAt"]) for product in every]
        assert times == sorted(times, reverse=True)

    def test_pages_of_a_category_hold_each_product_once(self, admin: Visitor, visitor: Visitor) -> None:
        made = {admin.add_product(f"paged-{number}", category="paged") for number in range(7)}
        admin.add_product("paged-elsewhere", category="paged elsewhere")
        for limit in (1, 3, 7, 8):
            assert sorted(ids_of_pages(visitor, "/products/category/paged", limit=limit)) == sorted(made)
            assert sorted(ids_of_pages(visitor, "/products", category="paged", limit=limit)) == sorted(made)

    @pytest.mark.parametrize(
        ("category", "path"),
        [
            ("Home & Garden", "Home%20%26%20Garden"),
            ("Tops/Blouses", "Tops%2FBlouses"),
            ("Caf\u00e9", "Cafe%CC%81"),
            ("50% off", "50%25%20off"),
        ],
    )
    def test_category_is_found_by_any_name(self, admin: Visitor, visitor: Visitor, category: str, path: str) -> None:
        product = admin.add_product(f"found-{len(category)}-{len(path)}", category=category)
        assert ids_of_pages(visitor, f"/products/category/{path}") == [product]

    def test_product_that_is_created_meanwhile_disturbs_no_page(self, admin: Visitor, visitor: Visitor) -> None:
        made = [admin.add_product(f"steady-{number}") for number in range(4)]
        pages = visitor.pages("/products", limit=2)
        first = ids(next(pages))
        admin.add_product("steady-latecomer")
        assert [*first, *ids(next(pages))] == made[::-1]

    @pytest.mark.usefixtures("priced")
    @pytest.mark.parametrize(
        ("query", "prices"),
        [
            ({"minPrice": 10}, [10, 20, 30]),
            ({"maxPrice": "10.00"}, [0.5, 10]),
            ({"minPrice": 9.99, "maxPrice": 20.01}, [10, 20]),
            ({"minPrice": 10.01, "maxPrice": 19.99}, []),
        ],
    )
    def test_prices_are_within_the_range(self, visitor: Visitor, query: dict[str, object], prices: list[float]) -> None:
        for path, more in (("/products/category/priced", {}), ("/products", {"category": "priced"})):
            found = list(chain.from_iterable(visitor.pages(path, limit=1, **more, **query)))
            assert sorted(product["price"] for product in found) == prices
        assert visitor.get("/products", **query).error == (422, "CategoryRequired")

    def test_inactive_product_is_in_no_list(self, admin: Visitor, visitor: Visitor) -> None:
        product = admin.add_product("retired", category="retired")
        assert ids_of_pages(visitor, "/products/category/retired") == [product]
        admin.put(f"/products/{product}", LAMP | {"category": "retired", "isActive": False}).ok()
        assert ids_of_pages(visitor, "/products/category/retired") == []
        assert product not in ids(visitor.get("/products", limit=100).ok()["items"])
        assert visitor.get(f"/products/{product}").ok()["isActive"] is False

    def test_category_may_have_any_name(self, admin: Visitor, visitor: Visitor) -> None:
        product = admin.add_product("odd-category", category="Möbel & Lampen/100 %")
        assert ids_of_pages(visitor, "/products", category="Möbel & Lampen/100 %") == [product]

    def test_cursor_that_was_changed_or_is_of_another_list_is_refused(self, admin: Visitor, visitor: Visitor) -> None:
        for number in range(3):
            admin.add_product(f"cursor-{number}", category="cursors")
        cursor = visitor.get("/products/category/cursors", limit=1).ok()["nextCursor"]
        flipped = cursor[:-8] + ("A" if cursor[-8] != "A" else "B") + cursor[-7:]
        refused = [
            visitor.get("/products/category/cursors", cursor=flipped),
            visitor.get("/products/category/cursors", cursor="x"),
            visitor.get("/products/category/galley", cursor=cursor),
            visitor.get("/products/category/cursors", minPrice=1, cursor=cursor),
            visitor.get("/products", cursor=cursor),
        ]
        assert [answer.error for answer in refused] == [(422, "InvalidCursor")] * len(refused)
        assert [answer.body["details"][0]["field"] for answer in refused] == ["cursor"] * len(refused)
        assert visitor.get("/products/category/cursors", limit=1, cursor=cursor).ok()["items"]


@pytest.fixture(scope="module")
def priced(admin: Visitor) -> list[str]:
    """Products of the category `priced` at four prices."""
    prices = (0.5, 10, 20, 30)
    return [
        admin.add_product(f"priced-{number}", category="priced", price=price) for number, price in enumerate(prices)
    ]


class TestValidation:
    def test_handler_names_every_wrong_field(self, admin: Visitor) -> None:
        wrong = {"name": "", "price": "half", "category": "c" * 65, "stock": 1.5, "tags": "blue", "productId": "a b"}
        refused = admin.post("/products", wrong)

        assert refused.error == (422, "InvalidRequest")
        assert {detail["field"] for detail in refused.body["details"]} == set(wrong)

    def test_api_gateway_refuses_an_array_and_calls_no_function(self, cloud: LocalCloud, admin: Visitor) -> None:
        accepted, refused = admin.post("/products", LAMP), admin.post("/products", [LAMP])
        assert refused.error == (422, "InvalidRequest")
        until(lambda: lines_of(cloud, accepted.headers["x-request-id"]), bool)
        assert lines_of(cloud, refused.headers["x-request-id"]) == []

    @pytest.mark.parametrize("missing", ["name", "price", "category"])
    def test_handler_names_a_missing_field(self, admin: Visitor, missing: str) -> None:
        answer = admin.post("/products", {name: value for name, value in LAMP.items() if name != missing})
        assert answer.error == (422, "InvalidRequest")
        assert answer.body["details"] == [{"field": missing, "message": "is required"}]

    @pytest.mark.parametrize(("currency", "price"), [("USD", 1.234), ("JPY", 10.5), ("KWD", 1.2345), ("USD", 1e13)])
    def test_handler_refuses_what_a_schema_cannot(
        self, cloud: LocalCloud, admin: Visitor, currency: str, price: float
    ) -> None:
        answer = admin.post("/products", LAMP | {"currency": currency, "price": price})
        assert answer.error == (422, "InvalidAmount")
        assert [detail["field"] for detail in answer.body["details"]] == ["price"]
        [line] = until(lambda: lines_of(cloud, answer.headers["x-request-id"]), bool)
        assert line["message"] == "InvalidAmount"

    @pytest.mark.parametrize(("currency", "price"), [("USD", 1.23), ("JPY", 10), ("KWD", 1.234)])
    def test_price_has_as_many_decimals_as_its_currency(self, admin: Visitor, currency: str, price: float) -> None:
        made = admin.post("/products", LAMP | {"currency": currency, "price": price}).ok()
        assert (made["price"], made["currency"]) == (price, currency)

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ({"limit": 0}, "limit"),
            ({"limit": 101}, "limit"),
            ({"limit": "all"}, "limit"),
            ({"minPrice": "x"}, "minPrice"),
        ],
    )
    def test_handler_names_the_parameter(self, visitor: Visitor, query: dict[str, object], field: str) -> None:
        answer = visitor.get("/products", **query)
        assert answer.error == (422, "InvalidRequest")
        assert [detail["field"] for detail in answer.body["details"]] == [field]

    def test_invalid_amount_is_named(self, visitor: Visitor) -> None:
        answer = visitor.get("/products", minPrice="0.001", maxPrice=10)
        assert answer.error == (422, "InvalidAmount")
        assert [detail["field"] for detail in answer.body["details"]] == ["minPrice"]


def lines_of(cloud: LocalCloud, request_id: str) -> list[dict[str, Any]]:
    return written(cloud, "product-create", requestId=request_id)


class TestStock:
    def test_counts_and_adjustments_are_recorded(self, admin: Visitor, visitor: Visitor) -> None:
        product = admin.add_product("stock-counted", 5)
        path = f"/variants/{product}/stock"
        assert admin.put(path, {"onHand": 12, "reason": "stocktaking"}).ok()["available"] == 12
        assert admin.put(path, {"adjustment": -2, "reason": "broken"}).ok()["available"] == 10
        assert admin.get(path).ok()["onHand"] == 10
        assert visitor.get(f"/products/{product}").ok()["stock"] == 10

        movements = list(chain.from_iterable(admin.pages(f"{path}/movements", limit=1)))
        told = [(each["kind"], each["change"], each["reason"]) for each in movements]
        assert told[:2] == [("adjustment", -2, "broken"), ("count", 7, "stocktaking")]
        assert {each["by"] for each in movements} == {admin.user["userId"]}

    def test_count_below_what_orders_hold_is_refused(self, admin: Visitor, customer: Visitor) -> None:
        product = admin.add_product("promised", 5)
        path = f"/variants/{product}/stock"
        customer.order({product: 3}, "tok_async").ok()
        assert admin.put(path, {"onHand": 2}).error == (409, "StockReserved")
        assert admin.put(path, {"adjustment": -3}).error == (409, "NotEnoughStock")
        found = admin.put(path, {"onHand": 3}).ok()
        assert (found["available"], found["reserved"]) == (0, 3)

    @pytest.mark.parametrize("body", [{}, {"onHand": 1, "adjustment": 1}, {"adjustment": 0}, {"onHand": -1}])
    def test_invalid_change_is_refused(self, admin: Visitor, body: dict[str, int]) -> None:
        assert admin.put("/variants/tide-mug/stock", body).error == (422, "InvalidRequest")

    def test_parallel_adjustments_all_count(self, admin: Visitor) -> None:
        path = f"/variants/{admin.add_product('delivered', 0)}/stock"
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda units: admin.put(path, {"adjustment": units}), range(1, 9)))
        assert {answer.status for answer in answers} == {200}
        assert admin.get(path).ok()["onHand"] == sum(range(1, 9))

    def test_postage_tracks_no_stock(self, admin: Visitor, visitor: Visitor) -> None:
        product = admin.add_product("postage", 0, trackStock=False)
        assert visitor.get(f"/products/{product}").ok()["stock"] is None
        assert admin.put(f"/variants/{product}/stock", {"onHand": 1}).error == (404, "StockNotFound")
