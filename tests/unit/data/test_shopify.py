from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from tradewind_tools.data.amounts import DecimalMark
from tradewind_tools.data.catalogue import Catalogue, Draft, DraftVariant
from tradewind_tools.data.errors import UnreadableFileError
from tradewind_tools.data.messages import ProductFields, SoldFields
from tradewind_tools.data.shopify import ShopifyOptions, read_shopify
from tradewind_tools.data.shopify_options import NO_VALUE

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "shopify"
OLDER, NEWER = FIXTURES / "older.csv", FIXTURES / "newer.csv"
USD = ShopifyOptions("USD")
MINIMAL = "Handle,Title,Variant Price,Option1 Name,Option1 Value\n"
STATE = "Handle,Title,Variant Price,Published,Status\n"
STOCK = "Handle,Title,Variant Price,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy\n"
GOODS = (
    "Handle,Title,Variant Price,Variant Barcode,Variant Grams,Variant Compare At Price,Cost per item,Vendor"
    ",Variant Image\n"
)


def drafts(catalogue: Catalogue) -> dict[str, Draft]:
    return {draft.product_id: draft for draft in catalogue.drafts}


def variants(catalogue: Catalogue) -> dict[tuple[str, ...], DraftVariant]:
    """Of all products, by handle and option values."""
    return {(draft.product_id, *variant.values): variant for draft in catalogue.drafts for variant in draft.variants}


def refusals(catalogue: Catalogue) -> list[tuple[int, str]]:
    return sorted((refusal.line, refusal.reason) for refusal in catalogue.refused)


def noted(catalogue: Catalogue) -> list[tuple[int, str]]:
    return [(note.line, note.reason) for note in catalogue.notes]


@pytest.fixture(scope="module")
def older() -> Catalogue:
    return read_shopify([OLDER], USD)


@pytest.fixture(scope="module")
def newer() -> Catalogue:
    return read_shopify([NEWER], USD)


def written(tmp_path: Path, content: str, name: str = "export.csv") -> Path:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return path


def exported(tmp_path: Path, rows: str, header: str = MINIMAL, options: ShopifyOptions = USD) -> Catalogue:
    return read_shopify([written(tmp_path, header + rows)], options)


def test_a_product_without_options_is_sold_as_one_thing(older: Catalogue) -> None:
    mug = drafts(older)["harbour-mug"]
    assert mug.position.line == 2
    assert mug.fields == ProductFields(
        name="Harbour Mug",
        currency="USD",
        category="Kitchen",
        description="Thrown by hand.\n- Holds ½ pint\n- Dishwasher safe",
        image_url="https://images.example/mug.jpg",
        vendor="Quay",
        tags=("mug", "stoneware"),
    )
    (variant,) = mug.variants
    assert (mug.options, variant.values, variant.stock) == ((), (), 7)
    assert variant.fields == SoldFields(price=Decimal("12.5"), sku="00123", compare_at_price=Decimal(20))


def test_a_handle_is_one_product_with_its_variants(older: Catalogue) -> None:
    shirt = drafts(older)["deck-shirt"]
    assert (shirt.fields.name, shirt.options) == ("Deck Shirt", ("Size", "Colour"))
    assert [variant.values for variant in shirt.variants] == [("Small", "Navy / White"), ("Large", "Navy / White")]
    assert shirt.unusable == (("Medium", "Navy / White"),)
    assert shirt.fields.description == "One line and another & more."


def test_a_variant_has_its_own_image_price_and_stock(older: Catalogue) -> None:
    shirt = drafts(older)["deck-shirt"]
    assert shirt.fields.image_url == "https://images.example/shirt.jpg"
    assert [(each.fields.image_url, each.fields.price, each.stock) for each in shirt.variants] == [
        (None, Decimal(40), 4),
        ("https://images.example/shirt-large.jpg", Decimal(42), 0),
    ]


def test_what_is_taken_otherwise_than_written_is_noted(older: Catalogue) -> None:
    assert noted(older) == [
        (2, "description: HTML taken as plain text"),
        (2, "SKU: signs of a spreadsheet left out"),
        (3, "further picture: not read"),
        (4, "description: HTML taken as plain text"),
        (6, "negative quantity: taken as 0"),
        (7, "negative quantity: taken as 0"),
        (7, "stands twice, the same: taken once"),
        (10, "picture address that the shop does not take: not read"),
        (11, "sells when out of stock: stock is not tracked"),
        (17, "SKU: signs of a spreadsheet left out"),
        (17, "stands twice, the same: taken once"),
    ]


def test_what_nothing_can_be_made_of_is_refused_with_its_line(older: Catalogue) -> None:
    assert refusals(older) == [
        (8, "no price"),
        (10, "stock tracked but no quantity: say --stock N"),
        (12, "no title"),
        (13, "unreadable price"),
        (14, "unreadable quantity"),
        (15, "price that USD cannot express"),
        (16, "no handle"),
        (18, "stands twice, and differently: neither is taken"),
        (19, "stands twice, and differently: neither is taken"),
    ]


def test_columns_without_a_place_in_the_shop_are_named(older: Catalogue) -> None:
    assert [(column.column, column.cells) for column in older.unread] == [
        ("Google Shopping / Google Product Category", 2),
    ]


def test_newer_exports_with_renamed_columns_are_read(newer: Catalogue) -> None:
    assert drafts(newer)["tea-tin"].fields.description == "Tin."
    found = variants(newer)
    assert found["tea-tin",].stock == 3
    assert found["biscuit", "Ginger"].fields.image_url == "https://images.example/ginger.jpg"
    assert not found["biscuit", "Ginger"].fields.track_stock
    assert drafts(newer)["biscuit"].list_values(0) == ("Ginger", "Citron pressé")
    assert newer.refused == []


class TestProducts:
    def test_the_rows_of_a_handle_may_stand_anywhere_in_several_files(self, tmp_path: Path) -> None:
        first = written(tmp_path, MINIMAL + "cup,Cup,3,Size,S\nmug,Mug,1,,\ncup,,4,,M\n", "a.csv")
        second = written(tmp_path, "Handle,Title,Price,Option1 Value\ncup,,5,L\n", "b.csv")
        catalogue = read_shopify([first, second], USD)
        assert [(key, variant.fields.price) for key, variant in variants(catalogue).items()] == [
            (("cup", "S"), Decimal(3)),
            (("cup", "M"), Decimal(4)),
            (("cup", "L"), Decimal(5)),
            (("mug",), Decimal(1)),
        ]

    def test_a_handle_in_another_script_gives_an_id_of_its_own(self, newer: Catalogue) -> None:
        (cup,) = (draft for draft in newer.drafts if draft.fields.name == "青いカップ")
        assert cup.product_id.isascii()

    def test_a_handle_composed_and_decomposed_is_one_product(self, tmp_path: Path) -> None:
        (draft,) = exported(tmp_path, "café,Café,3,Size,S\ncafe\N{COMBINING ACUTE ACCENT},,4,,M\n").drafts
        assert len(draft.variants) == 2

    def test_a_product_of_more_variants_than_one_may_have_is_refused(self, tmp_path: Path) -> None:
        rows = [f"cup,Cup,3,Size,{number}\n" for number in range(251)]
        assert len(exported(tmp_path, "".join(rows[1:])).drafts[0].variants) == 250
        catalogue = exported(tmp_path, "".join(rows))
        assert (catalogue.drafts, refusals(catalogue)[0]) == ([], (2, "more than 250 variants"))


class TestGoods:
    def test_what_is_told_of_a_variant_is_read(self, tmp_path: Path) -> None:
        (draft,) = exported(
            tmp_path, "cup,Cup,3,4006381333931,250.6,9.50,1.25,Quay,https://i.example/c.jpg\n", GOODS
        ).drafts
        assert draft.fields.vendor == "Quay"
        assert draft.variants[0].fields == SoldFields(
            price=Decimal(3),
            track_stock=False,
            barcode="4006381333931",
            weight_grams=251,
            compare_at_price=Decimal("9.50"),
            cost=Decimal("1.25"),
            image_url="https://i.example/c.jpg",
        )

    @pytest.mark.parametrize("barcode", ["4006381333932", "123", "none", "4.00638E+12"])
    def test_a_barcode_that_is_no_gtin_is_noted_and_left_out(self, tmp_path: Path, barcode: str) -> None:
        catalogue = exported(tmp_path, f"cup,Cup,3,{barcode},,,,,\n", GOODS)
        assert catalogue.drafts[0].variants[0].fields.barcode is None
        assert noted(catalogue) == [(2, "barcode that is no GTIN: not read")]

    @pytest.mark.parametrize("cell", ['"=""4006381333931"""', "'4006381333931", "4006381333931.0"])
    def test_signs_of_spreadsheets_are_no_part_of_a_barcode(self, tmp_path: Path, cell: str) -> None:
        catalogue = exported(tmp_path, f"cup,Cup,3,{cell},,,,,\n", GOODS)
        assert catalogue.drafts[0].variants[0].fields.barcode == "4006381333931"

    def test_what_cannot_be_read_is_noted_and_left_out(self, tmp_path: Path) -> None:
        catalogue = exported(tmp_path, "cup,Cup,3,,heavy,cheap,-1,,\nmug,Mug,3,,-4,0.001,£1,,\n", GOODS)
        assert [draft.variants[0].fields for draft in catalogue.drafts] == [
            SoldFields(price=Decimal(3), track_stock=False)
        ] * 2
        assert noted(catalogue) == [
            (2, "compare-at: unreadable price: not read"),
            (2, "cost: negative price: not read"),
            (2, "weight that cannot be read: not read"),
            (3, "compare-at: price that USD cannot express: not read"),
            (3, "cost: price in another currency than USD: not read"),
            (3, "weight that cannot be read: not read"),
        ]


class TestRepetition:
    def test_rows_of_one_variant_that_differ_are_refused_whichever_comes_first(self, tmp_path: Path) -> None:
        for rows in ("cup,Cup,3\ncup,,4\nmug,Mug,5\n", "cup,,4\nmug,Mug,5\ncup,Cup,3\n"):
            catalogue = exported(tmp_path, rows)
            assert list(drafts(catalogue)) == ["mug"]
            assert len(catalogue.refused) == 2

    def test_a_product_in_two_files_that_say_the_same_is_taken_once(self, tmp_path: Path) -> None:
        first = written(tmp_path, MINIMAL + "cup,Cup,3,,\n", "a.csv")
        second = written(tmp_path, "Title,Handle,Variant Price\nCup,cup,3.00\nMug,mug,4\n", "b.csv")
        catalogue = read_shopify([first, second], USD)
        assert list(drafts(catalogue)) == ["cup", "mug"]
        assert noted(catalogue) == [(2, "stands twice, the same: taken once")]

    def test_a_product_in_two_files_that_differ_is_refused_with_both_places(self, tmp_path: Path) -> None:
        first = written(tmp_path, MINIMAL + "cup,Cup,3\n", "a.csv")
        second = written(tmp_path, MINIMAL + "cup,Cup,4\n", "b.csv")
        catalogue = read_shopify([first, second], USD)
        assert catalogue.drafts == []
        assert [refusal.detail for refusal in catalogue.refused] == [
            f"cup: also in {second}, line 2",
            f"cup: also in {first}, line 2",
        ]

    def test_shuffled_rows_give_the_same_products(self, tmp_path: Path) -> None:
        header, *rows = OLDER.read_text().replace("<p>One line\nand", "<p>One line and").splitlines(keepends=True)
        wanted = _contents(read_shopify([written(tmp_path, header + "".join(rows))], USD))
        for seed in range(20):
            random.Random(seed).shuffle(rows)  # noqa: S311 (no secret)
            assert _contents(exported(tmp_path, "".join(rows), header)) == wanted

    def test_contradictions_about_the_whole_product_are_noted_and_settled_alike_in_any_order(
        self, tmp_path: Path
    ) -> None:
        for rows in ("cup,Cup,3,Size,S\ncup,Mug,4,,M\n", "cup,Mug,4,,M\ncup,Cup,3,Size,S\n"):
            catalogue = exported(tmp_path, rows)
            assert [draft.fields.name for draft in catalogue.drafts] == ["Cup"]
            assert noted(catalogue)[-1][1].startswith("title differs from row to row")


def _contents(catalogue: Catalogue) -> object:
    products = {draft.product_id: (draft.fields, draft.options) for draft in catalogue.drafts}
    return products, {key: (variant.fields, variant.stock) for key, variant in variants(catalogue).items()}


def stocks(catalogue: Catalogue) -> dict[str, int | None]:
    """Of products that are sold as one thing."""
    return {draft.product_id: draft.variants[0].stock for draft in catalogue.drafts}


class TestStock:
    @pytest.mark.parametrize(
        ("cells", "stock"),
        [
            ("shopify,7,deny", 7),
            ("shopify,0,deny", 0),
            ("shopify,7.0,deny", 7),
            (",7,deny", None),
            (",,deny", None),
            ("shopify,7,continue", None),
            ("shopify,,CONTINUE", None),
        ],
    )
    def test_stock_is_what_the_file_says_and_a_blank_tracker_counts_none(
        self, tmp_path: Path, cells: str, stock: int | None
    ) -> None:
        catalogue = exported(tmp_path, f"cup,Cup,3,{cells}\nmug,Mug,3,shopify,1,deny\n", STOCK)
        cup = variants(catalogue)["cup",]
        assert (cup.stock, cup.fields.track_stock) == (stock, stock is not None)

    def test_without_any_quantity_the_import_asks(self, tmp_path: Path) -> None:
        header = "Handle,Title,Variant Price,Variant Inventory Tracker\n"
        with pytest.raises(UnreadableFileError, match=r"2 variants track stock, .* say --stock N"):
            exported(tmp_path, "cup,Cup,3,shopify\nmug,Mug,3,shopify\npen,Pen,3,\n", header)
        given = exported(tmp_path, "cup,Cup,3,shopify\npen,Pen,3,\n", header, ShopifyOptions("USD", stock=5))
        assert stocks(given) == {"cup": 5, "pen": None}

    def test_one_missing_quantity_refuses_its_row_alone(self, tmp_path: Path) -> None:
        rows = "cup,Cup,3,shopify,,deny\nmug,Mug,3,shopify,4,deny\n"
        catalogue = exported(tmp_path, rows, STOCK)
        assert (list(drafts(catalogue)), refusals(catalogue)) == (
            ["mug"],
            [(2, "stock tracked but no quantity: say --stock N")],
        )
        given = exported(tmp_path, rows, STOCK, ShopifyOptions("USD", stock=9))
        assert stocks(given) == {"cup": 9, "mug": 4}

    def test_a_file_without_trackers_counts_what_it_has_a_quantity_of(self, tmp_path: Path) -> None:
        header = "Handle,Title,Variant Price,Variant Inventory Qty\n"
        assert stocks(exported(tmp_path, "cup,Cup,3,4\nmug,Mug,3,\n", header)) == {"cup": 4, "mug": None}

    def test_a_quantity_nobody_counts_is_noted(self, tmp_path: Path) -> None:
        catalogue = exported(tmp_path, "cup,Cup,3,,7,deny\nmug,Mug,3,,0,perhaps\n", STOCK)
        assert noted(catalogue) == [
            (2, "quantity of a variant without a tracker: not read"),
            (3, "policy that is neither deny nor continue: read as deny"),
        ]


class TestState:
    @pytest.mark.parametrize(
        ("cells", "is_active"),
        [
            ("TRUE,active", True),
            (",", True),
            ("WAHR,Active", True),
            ("FALSCH,active", False),
            ("FAUX,", False),
            ("0,", False),
            ("no,active", False),
            ("Nein,", False),
            ("TRUE,draft", False),
            ("TRUE,Archived", False),
            ("TRUE,unlisted", False),
        ],
    )
    def test_a_product_is_for_sale_when_published_and_active_in_any_language(
        self, tmp_path: Path, cells: str, *, is_active: bool
    ) -> None:
        (draft,) = exported(tmp_path, f"cup,Cup,3,{cells}\n", STATE).drafts
        assert draft.fields.is_active is is_active

    @pytest.mark.parametrize(
        ("cells", "reason"),
        [
            ("perhaps,active", "published: neither yes nor no"),
            ("TRUE,on holiday", "status that is not known"),
        ],
    )
    def test_an_unknown_state_is_refused_and_never_on(self, tmp_path: Path, cells: str, reason: str) -> None:
        catalogue = exported(tmp_path, f"cup,Cup,3,{cells}\n", STATE)
        assert (catalogue.drafts, refusals(catalogue)) == ([], [(2, reason)])

    def test_one_row_that_says_no_is_enough(self, tmp_path: Path) -> None:
        (draft, _) = exported(tmp_path, "cup,Cup,3,TRUE,\nmug,Mug,3,TRUE,\ncup,,,FALSE,\n", STATE).drafts
        assert not draft.fields.is_active

    def test_goods_at_no_price_are_not_put_on_sale(self, tmp_path: Path) -> None:
        catalogue = exported(tmp_path, "cup,Cup,0.00,,\nmug,Mug,3,,\n")
        assert [draft.fields.is_active for draft in catalogue.drafts] == [False, True]
        assert noted(catalogue) == [(2, "price 0: not put on sale")]

    def test_a_variant_at_no_price_beside_others_is_refused(self, tmp_path: Path) -> None:
        catalogue = exported(tmp_path, "cup,Cup,0.00,Size,S\ncup,,3,,M\n")
        assert list(variants(catalogue)) == [("cup", "M")]
        assert refusals(catalogue) == [(2, "price 0 beside variants with a price: not taken")]
        assert catalogue.drafts[0].unusable == (("S",),)

    def test_unlisted_is_noted_since_there_is_no_such_state_here(self, tmp_path: Path) -> None:
        catalogue = exported(tmp_path, "cup,Cup,3,TRUE,unlisted\n", STATE)
        assert noted(catalogue) == [(2, "unlisted: not put on sale, since this shop lists what it sells")]


class TestOptions:
    HEADER = (
        "Handle,Title,Variant Price,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Option3 Name,Option3 Value\n"
    )

    def test_a_product_of_one_variant_keeps_its_option(self, tmp_path: Path) -> None:
        (draft,) = exported(tmp_path, "cup,Cup,3,Colour,Blue\n").drafts
        assert (draft.fields.name, draft.options, draft.variants[0].values) == ("Cup", ("Colour",), ("Blue",))

    def test_options_keep_their_order_and_values_that_in_which_they_appear(self, tmp_path: Path) -> None:
        rows = "cup,Cup,3,Size,S,Colour,Blue,Alpha,1\ncup,,3,,L,,Blue,,1\ncup,,3,,M,,Red,,1\ncup,,3,,S,,Red,,1\n"
        (draft,) = exported(tmp_path, rows, self.HEADER).drafts
        assert draft.options == ("Size", "Colour", "Alpha")
        assert [draft.list_values(n) for n in range(3)] == [("S", "L", "M"), ("Blue", "Red"), ("1",)]

    def test_two_options_of_one_name_keep_both_values(self, tmp_path: Path) -> None:
        catalogue = exported(tmp_path, "cup,Cup,3,Size,S,Size,Wide,,\n", self.HEADER)
        assert catalogue.drafts[0].describe(catalogue.drafts[0].variants[0]).options == {"Size": "S", "Size 2": "Wide"}
        assert noted(catalogue) == [(2, "two options of one name: the second is numbered")]

    def test_an_option_in_which_no_variant_has_a_value_is_none(self, tmp_path: Path) -> None:
        (draft,) = exported(tmp_path, "cup,Cup,3,Size,S,Colour,,Title,Default Title\n", self.HEADER).drafts
        assert draft.options == ("Size",)

    def test_a_value_composed_and_decomposed_is_one(self, tmp_path: Path) -> None:
        rows = "cup,Cup,3,Taste,café,Size,S,,\ncup,,3,,cafe\N{COMBINING ACUTE ACCENT},,M,,\n"
        assert exported(tmp_path, rows, self.HEADER).drafts[0].list_values(0) == ("café",)

    def test_a_value_that_is_missing_beside_others_is_written_and_noted(self, tmp_path: Path) -> None:
        catalogue = exported(tmp_path, "cup,Cup,3,Size,S,,,,\ncup,,4,,Default Title,,,,\n", self.HEADER)
        assert [variant.values for variant in catalogue.drafts[0].variants] == [("S",), (NO_VALUE,)]
        assert noted(catalogue) == [(3, f"option without a value: written as {NO_VALUE}")]


class TestTexts:
    def test_the_category_is_the_product_category_then_the_type_and_never_a_tag(self, tmp_path: Path) -> None:
        header = "Handle,Title,Variant Price,Product Category,Type,Tags\n"
        rows = (
            "a,A,3,Apparel > Tops > Shirts,Menswear,tag\n"
            "b,B,3,,Menswear,tag\n"
            "c,C,3,,,mc-hidden-fee\n"
            "d,D,3,Uncategorized,Menswear,tag\n"
            "e,E,3,212,,tag\n"
        )
        found = [draft.fields.category for draft in exported(tmp_path, rows, header).drafts]
        assert found == ["Shirts", "Menswear", "uncategorised", "Menswear", "uncategorised"]

    def test_the_main_picture_is_the_first_by_its_position(self, tmp_path: Path) -> None:
        header = "Handle,Title,Variant Price,Image Src,Image Position\n"
        rows = "cup,Cup,3,https://i.example/3.jpg,3\ncup,,,https://i.example/1.jpg,1\ncup,,,https://i.example/2.jpg,2\n"
        catalogue = exported(tmp_path, rows, header)
        assert catalogue.drafts[0].fields.image_url == "https://i.example/1.jpg"
        assert noted(catalogue) == [(2, "further picture: not read"), (4, "further picture: not read")]

    def test_what_is_too_long_is_cut_and_noted(self, tmp_path: Path) -> None:
        header = "Handle,Title,Variant Price,Body (HTML),Tags\n"
        tags = ", ".join(f"tag {n}" for n in range(60))
        catalogue = exported(tmp_path, f'cup,{"Cup " * 100},3,{"long " * 3000},"{tags}"\n', header)
        (draft,) = catalogue.drafts
        assert (len(draft.fields.name), len(draft.fields.description or ""), len(draft.fields.tags or ())) == (
            200,
            10_000,
            50,
        )
        assert [reason for _, reason in noted(catalogue)] == [
            "title cut: longer than the shop takes",
            "description cut: longer than the shop takes",
            "tags beyond 50: not read",
        ]

    def test_signs_of_spreadsheets_are_no_part_of_a_sku(self, tmp_path: Path) -> None:
        header = "Handle,Title,Variant Price,Variant SKU\n"
        assert _skus(exported(tmp_path, 'a,A,3,="00123"\nb,B,3,\'00124\n', header)) == ["00123", "00124"]
        assert _skus(exported(tmp_path, "a,A,3,930017.0\nb,B,3,17.0\n", header)) == ["930017", "17"]
        assert _skus(exported(tmp_path, "a,A,3,930017.0\nb,B,3,V-17.0\n", header)) == ["930017.0", "V-17.0"]


def _skus(catalogue: Catalogue) -> list[str | None]:
    return [draft.variants[0].fields.sku for draft in catalogue.drafts]


class TestPrices:
    @pytest.mark.parametrize(
        ("rows", "currency", "price"),
        [
            ("cup,Cup,.99\n", "USD", "0.99"),
            ("cup,Cup,US$12.50\n", "USD", "12.5"),
            ('cup,Cup,"1 299,00 kr"\n', "SEK", "1299"),
            ('cup,Cup,"1,299"\nmug,Mug,3.50\n', "USD", "1299"),
            ('cup,Cup,1.299\nmug,Mug,"3,50"\n', "EUR", "1299"),
        ],
    )
    def test_a_price_is_read_as_the_whole_file_writes_numbers(
        self, tmp_path: Path, rows: str, currency: str, price: str
    ) -> None:
        catalogue = exported(tmp_path, rows, options=ShopifyOptions(currency))
        assert catalogue.drafts[0].variants[0].fields.price == Decimal(price)

    def test_numbers_that_can_be_read_in_two_ways_are_asked_about(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableFileError, match=r"'1,299' may have .* say --decimal point or --decimal comma"):
            exported(tmp_path, 'cup,Cup,"1,299"\n')
        given = exported(tmp_path, 'cup,Cup,"1,299"\n', options=ShopifyOptions("USD", mark=DecimalMark.POINT))
        assert given.drafts[0].variants[0].fields.price == 1299

    def test_a_price_in_another_currency_is_refused(self, tmp_path: Path) -> None:
        catalogue = exported(tmp_path, "cup,Cup,$3.00\nmug,Mug,£3.00\n", options=ShopifyOptions("GBP"))
        assert refusals(catalogue) == [(2, "price in another currency than GBP")]

    def test_a_currency_without_decimals_refuses_them(self, tmp_path: Path) -> None:
        catalogue = exported(tmp_path, "cup,Cup,3.50\nmug,Mug,300.00\n", options=ShopifyOptions("JPY"))
        assert (list(drafts(catalogue)), refusals(catalogue)) == (["mug"], [(2, "price that JPY cannot express")])

    def test_a_row_longer_than_the_header_and_a_negative_price_are_refused(self, tmp_path: Path) -> None:
        catalogue = exported(tmp_path, "cup,Cup,3,,,more\nmug,Mug,-3\n")
        assert refusals(catalogue) == [(2, "more fields than columns"), (3, "negative price")]


def test_handle_title_and_price_are_enough(tmp_path: Path) -> None:
    (draft,) = exported(tmp_path, "cup,Cup,3\n").drafts
    assert draft.fields == ProductFields(name="Cup", currency="USD", category="uncategorised")
    assert [variant.fields for variant in draft.variants] == [SoldFields(price=Decimal(3), track_stock=False)]


def test_a_draft_goes_over_the_wire_with_options_in_their_order(tmp_path: Path) -> None:
    (draft,) = exported(tmp_path, "cup,Cup,3,Size,S,Colour,Blue,,\n", TestOptions.HEADER).drafts
    assert b'"options":{"Size":"S","Colour":"Blue"}' in msgspec.json.encode(draft.as_new(draft.variants))
