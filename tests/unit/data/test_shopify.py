from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tradewind_tools.data.catalogue import Catalogue, Draft
from tradewind_tools.data.messages import ProductFields
from tradewind_tools.data.shopify import read_shopify

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "shopify"
OLDER, NEWER = FIXTURES / "older.csv", FIXTURES / "newer.csv"
MINIMAL = "Handle,Title,Variant Price,Option1 Name,Option1 Value\n"


def drafts(catalogue: Catalogue) -> dict[str, Draft]:
    return {draft.product_id: draft for draft in catalogue.drafts}


@pytest.fixture(scope="module")
def older() -> Catalogue:
    return read_shopify([OLDER], "USD")


@pytest.fixture(scope="module")
def newer() -> Catalogue:
    return read_shopify([NEWER], "USD")


def exported(tmp_path: Path, rows: str) -> Catalogue:
    path = tmp_path / "export.csv"
    path.write_text(MINIMAL + rows, encoding="utf-8")
    return read_shopify([path], "USD")


def test_a_product_with_one_variant_has_the_handle_as_its_id(older: Catalogue) -> None:
    mug = drafts(older)["harbour-mug"]
    assert mug.stock == 7
    assert mug.position.line == 2
    assert mug.fields == ProductFields(
        name="Harbour Mug",
        price=Decimal("12.5"),
        currency="USD",
        category="Kitchen",
        description="Thrown by hand.\n- Holds ½ pint\n- Dishwasher safe",
        image_url="https://images.example/mug.jpg",
        sku="00123",
        tags=("mug", "stoneware"),
    )


def test_each_of_several_variants_is_a_product_that_knows_the_others(older: Catalogue) -> None:
    small = drafts(older)["deck-shirt-small-navy-white"]
    assert small.fields.name == "Deck Shirt - Small / Navy / White"
    assert small.fields.variant_of == "deck-shirt"
    assert small.fields.options == {"Size": "Small", "Colour": "Navy / White"}
    assert small.fields.description == "One line and another & more."


def test_a_variant_has_its_own_image_price_and_stock(older: Catalogue) -> None:
    small, large = drafts(older)["deck-shirt-small-navy-white"], drafts(older)["deck-shirt-large-navy-white"]
    assert (small.fields.image_url, small.fields.price) == ("https://images.example/shirt.jpg", Decimal(40))
    assert (large.fields.image_url, large.fields.price) == ("https://images.example/shirt-large.jpg", Decimal(42))


def test_the_category_is_the_type_or_the_narrowest_taxonomy_name_or_a_tag(older: Catalogue, newer: Catalogue) -> None:
    found = {product: draft.fields.category for product, draft in {**drafts(older), **drafts(newer)}.items()}
    assert found["harbour-mug"] == "Kitchen"
    assert found["deck-shirt-small-navy-white"] == "Shirts"
    assert found["tea-tin"] == "Tea"
    assert found["tide-clock"] == "brass"
    assert found["gift-wrap"] == "uncategorised"


def test_stock_is_tracked_where_a_quantity_or_a_tracker_says_so(older: Catalogue) -> None:
    found = {product: (draft.fields.track_stock, draft.stock) for product, draft in drafts(older).items()}
    assert found["harbour-mug"] == (True, 7)
    assert found["gift-wrap"] == (False, None)
    assert found["tide-clock"] == (True, 0)
    assert found["sail-bag"] == (False, None), "it sells beyond its stock"
    assert found["deck-shirt-large-navy-white"] == (True, 0)


def test_what_is_taken_otherwise_than_written_is_noted(older: Catalogue) -> None:
    assert [(note.line, note.reason) for note in older.notes] == [
        (6, "negative quantity: taken as 0"),
        (10, "stock tracked but no quantity: taken as 0"),
    ]


def test_what_nothing_can_be_made_of_is_refused_with_its_line(older: Catalogue) -> None:
    assert sorted((refusal.line, refusal.reason) for refusal in older.refused) == [
        (7, "stands twice"),
        (8, "no price"),
        (12, "no title"),
        (13, "unreadable price"),
        (14, "unreadable quantity"),
        (15, "price that USD cannot express"),
        (16, "no handle"),
        (17, "stands twice"),
    ]


def test_rows_are_counted_and_image_rows_are_no_refusals(older: Catalogue) -> None:
    assert older.rows_read == 15
    assert len(older.drafts) + len(older.refused) == 14


def test_prices_with_signs_and_separators_are_read(older: Catalogue) -> None:
    assert drafts(older)["tide-clock"].fields.price == 1250


def test_unpublished_draft_and_archived_products_are_inactive(older: Catalogue, newer: Catalogue) -> None:
    assert not drafts(older)["gift-wrap"].fields.is_active
    assert drafts(older)["harbour-mug"].fields.is_active
    active = {product: draft.fields.is_active for product, draft in drafts(newer).items()}
    assert [name for name, is_active in active.items() if is_active] == ["tea-tin"]


def test_newer_exports_with_renamed_columns_are_read(newer: Catalogue) -> None:
    found = drafts(newer)
    assert found["tea-tin"].stock == 3
    assert found["tea-tin"].fields.description == "Tin."
    assert found["biscuit-ginger"].fields.image_url == "https://images.example/ginger.jpg"
    assert not found["biscuit-ginger"].fields.track_stock
    assert found["biscuit-citron-presse"].fields.options == {"Flavour": "Citron pressé"}
    assert newer.refused == []


def test_a_handle_in_another_script_gives_an_id_of_its_own(newer: Catalogue) -> None:
    (cup,) = (draft for draft in newer.drafts if draft.fields.name == "青いカップ")
    assert cup.product_id.isascii()


def test_handle_title_and_price_are_enough(tmp_path: Path) -> None:
    (draft,) = exported(tmp_path, "cup,Cup,3\n").drafts
    assert draft.fields == ProductFields(
        name="Cup", price=Decimal(3), currency="USD", category="uncategorised", track_stock=False
    )


def test_a_handle_longer_than_an_id_is_shortened_and_stays_distinct(tmp_path: Path) -> None:
    long = "a-very-long-handle-" * 5
    first, second = exported(tmp_path, f"{long}1,One,3\n{long}2,Two,3\n").drafts
    assert first.product_id != second.product_id
    assert max(len(first.product_id), len(second.product_id)) <= 64


def test_two_variants_whose_ids_fall_together_are_told_apart(tmp_path: Path) -> None:
    first, second = exported(tmp_path, "tee,Tee,3,Look,Black/White\ntee,,3,,Black White\n").drafts
    assert first.product_id == "tee-black-white"
    assert second.product_id.startswith("tee-black-white-")


def test_option_values_without_letters_still_make_an_id(tmp_path: Path) -> None:
    first, second = exported(tmp_path, "tee,Tee,3,Rating,★\ntee,,3,,★★\n").drafts
    assert (first.product_id, second.product_id) == ("tee-2605", "tee-2605-2605")


def test_a_product_in_two_files_is_taken_from_the_first(tmp_path: Path) -> None:
    second = tmp_path / "second.csv"
    second.write_text("Handle,Title,Variant Price\nharbour-mug,Another Mug,3\n", encoding="utf-8")
    catalogue = read_shopify([OLDER, second], "USD")
    assert drafts(catalogue)["harbour-mug"].fields.name == "Harbour Mug"
    assert catalogue.refused[-1].detail == f"harbour-mug: first in {OLDER}, line 2"


def test_a_currency_without_decimals_refuses_them(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(MINIMAL + "cup,Cup,3.50\nmug,Mug,300.00\n", encoding="utf-8")
    catalogue = read_shopify([path], "JPY")
    assert [draft.product_id for draft in catalogue.drafts] == ["mug"]
    assert catalogue.refused[0].reason == "price that JPY cannot express"


def test_a_row_longer_than_the_header_and_a_negative_price_are_refused(tmp_path: Path) -> None:
    catalogue = exported(tmp_path, "cup,Cup,3,,,more\nmug,Mug,-3\n??,What,3\n")
    assert [refusal.reason for refusal in catalogue.refused] == [
        "more fields than columns",
        "negative price",
        "handle that names nothing",
    ]


def test_names_beyond_the_limit_are_shortened(tmp_path: Path) -> None:
    (draft,) = exported(tmp_path, f"cup,{'Cup ' * 100},3\n").drafts
    assert len(draft.fields.name) <= 200
    assert draft.fields.name.endswith("…")
