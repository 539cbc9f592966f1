from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tradewind_tools.data.catalogue import Catalogue, Draft, DraftVariant
from tradewind_tools.data.online_retail import RefusalReason, read_sales
from tradewind_tools.data.online_retail_products import category, read_products

TWO_DAYS = Path(__file__).resolve().parents[2] / "fixtures" / "online_retail" / "two_days.csv"


NO_GOODS = RefusalReason.NO_GOODS


def drafts(catalogue: Catalogue) -> dict[str, Draft]:
    return {draft.product_id: draft for draft in catalogue.drafts}


def only_variant(draft: Draft) -> DraftVariant:
    (variant,) = draft.variants
    assert (draft.options, variant.values) == ((), ())
    return variant


def stocks(catalogue: Catalogue) -> dict[str, int | None]:
    return {draft.product_id: only_variant(draft).stock for draft in catalogue.drafts}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return read_products([TWO_DAYS])


def test_two_spellings_of_a_code_are_one_product(catalogue: Catalogue) -> None:
    assert [product for product in drafts(catalogue) if product.upper() == "85123A"] == ["85123A"]


def test_the_name_and_the_price_are_the_most_usual_ones(catalogue: Catalogue) -> None:
    warmer = drafts(catalogue)["22633"]
    assert (warmer.fields.name, warmer.fields.currency) == ("HAND WARMER UNION JACK", "GBP")
    assert only_variant(warmer).fields.price == Decimal("1.85")


def test_a_remark_is_no_name(catalogue: Catalogue) -> None:
    assert drafts(catalogue)["22139"].fields.name == "RETROSPOT TEA SET CERAMIC 11 PC"


def test_postage_fees_and_corrections_are_no_products(catalogue: Catalogue) -> None:
    assert set(drafts(catalogue)) == {"22633", "85123A", "22139", "21777", "22752"}


def test_stock_codes_that_differ_in_a_sign_are_two_products(tmp_path: Path) -> None:
    path = tmp_path / "signs.csv"
    path.write_text(
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
        "1,79323P,PINK,1,2010-12-01 14:33:00,1.50,,EIRE\n"
        "1,79323-P,PINK LARGE,2,2010-12-01 14:33:00,2.50,,EIRE\n"
        "1,79323 P,PINK SMALL,3,2010-12-01 14:33:00,3.50,,EIRE\n",
        encoding="utf-8",
    )
    found = read_products([path]).drafts
    assert [(each.fields.sku, each.stock, each.fields.price) for each in map(only_variant, found)] == [
        ("79323P", 1, Decimal("1.5")),
        ("79323-P", 2, Decimal("2.5")),
        ("79323 P", 3, Decimal("3.5")),
    ]
    assert len({draft.product_id for draft in found}) == 3


def test_an_invoice_that_stands_in_two_files_needs_its_stock_once(tmp_path: Path) -> None:
    again = tmp_path / "again.csv"
    again.write_text(TWO_DAYS.read_text() + "\n", encoding="utf-8")
    assert stocks(read_products([TWO_DAYS, again])) == stocks(read_products([TWO_DAYS]))


def test_stock_is_enough_for_the_sales_of_the_files(catalogue: Catalogue) -> None:
    sold = dict.fromkeys(drafts(catalogue), 0)
    for invoice in read_sales([TWO_DAYS]).invoices:
        for line in invoice.lines:
            sold[line.product_id] += line.quantity
    assert stocks(catalogue) == sold
    assert sold["22633"] == 32


def test_stock_may_be_given(catalogue: Catalogue) -> None:
    assert stocks(read_products([TWO_DAYS], stock=5)) == dict.fromkeys(drafts(catalogue), 5)


def test_a_product_only_cancelled_is_kept_without_stock(catalogue: Catalogue) -> None:
    assert stocks(catalogue)["21777"] == 0


def test_what_nothing_can_be_made_of_is_refused(catalogue: Catalogue) -> None:
    refused = {(refusal.line, refusal.reason, refusal.detail) for refusal in catalogue.refused}
    assert refused == {
        (7, NO_GOODS, "POST"),
        (9, NO_GOODS, "D"),
        (12, NO_GOODS, "DOT"),
        (14, "no price and no description", "21134"),
        (17, "price that GBP cannot express", "0.001"),
        (18, NO_GOODS, "B"),
        (22, "missing field", "StockCode"),
        (23, "more fields than columns", ""),
        (24, "stock code that names nothing", "?!"),
        (25, NO_GOODS, "BANK CHARGES"),
    }


def test_a_product_without_a_name_is_called_by_its_code(tmp_path: Path) -> None:
    path = tmp_path / "nameless.csv"
    path.write_text(
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
        "1,21134,?,1,2010-12-01 14:33:00,0.50,,EIRE\n",
        encoding="utf-8",
    )
    (draft,) = read_products([path]).drafts
    assert draft.fields.name == "21134"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("CHRISTMAS LIGHTS 10 SANTAS", "christmas"),
        ("WHITE HANGING HEART T-LIGHT HOLDER", "lights"),
        ("JUMBO BAG RED RETROSPOT", "bags"),
        ("Wrap Suki And Friends", "stationery"),
        ("EAR MUFF HEADPHONES", "gifts"),
    ],
)
def test_the_category_follows_from_the_words_of_the_name(name: str, expected: str) -> None:
    assert category(name) == expected
