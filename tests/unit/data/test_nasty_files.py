"""Small files with everything that real ones were found to have, each with what is expected of it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tradewind_tools.data.catalogue import Draft, DraftVariant
from tradewind_tools.data.errors import UnreadableFileError
from tradewind_tools.data.online_retail import Invoice, read_sales
from tradewind_tools.data.remarks import Remark
from tradewind_tools.data.shopify import ShopifyOptions, read_shopify

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
SHOPIFY, RETAIL = FIXTURES / "shopify" / "nasty", FIXTURES / "online_retail" / "nasty"
HUGE = b"HUGE"
HUGE_LETTERS = 140_000
"""More than the csv module takes in a cell by default."""

Expected = Mapping[str, Any]


def expectations(folder: Path) -> dict[str, Expected]:
    return tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))


def written(draft: Draft) -> list[str]:
    """For each variant `id | name | price | stock or - | on or off | options | tags | SKU | picture | category`.

    Without empty ends; the picture is the variant's own, else the product's.
    """
    return [_written(draft, variant) for variant in draft.variants]


def _written(draft: Draft, variant: DraftVariant) -> str:
    fields = draft.fields
    parts = [
        draft.product_id,
        fields.name,
        f"{variant.fields.price:.2f}",
        "-" if variant.stock is None else str(variant.stock),
        "on" if fields.is_active else "off",
        ", ".join(f"{name}={value}" for name, value in draft.describe(variant).options.items()),
        ", ".join(fields.tags or ()),
        variant.fields.sku or "",
        variant.fields.image_url or fields.image_url or "",
        "" if fields.category == "uncategorised" else fields.category,
    ]
    while not parts[-1]:
        parts.pop()
    return " | ".join(parts)


def invoiced(invoice: Invoice) -> str:
    lines = ", ".join(f"{line.product_id} x {line.quantity} at {line.unit_price_minor}" for line in invoice.lines)
    return f"{invoice.number} | {invoice.placed_at:%Y-%m-%d} | {invoice.customer} | {invoice.country} | {lines}"


def remarked(remarks: Sequence[Remark]) -> list[str]:
    return sorted(f"{remark.line}: {remark.reason}" for remark in remarks)


def grown(path: Path, tmp_path: Path) -> Path:
    content = path.read_bytes()
    if HUGE not in content:
        return path
    copy = tmp_path / path.name
    copy.write_bytes(content.replace(HUGE, b"x" * HUGE_LETTERS))
    return copy


@pytest.mark.parametrize(("name", "expected"), expectations(SHOPIFY).items())
def test_an_export_is_read_as_expected(name: str, expected: Expected, tmp_path: Path) -> None:
    path = grown(SHOPIFY / name, tmp_path)
    options = ShopifyOptions(expected.get("currency", "USD"), stock=expected.get("stock"))
    if "error" in expected:
        with pytest.raises(UnreadableFileError) as refused:
            read_shopify([path], options)
        assert str(refused.value) == f"{path}: {expected['error']}"
        return
    catalogue = read_shopify([path], options)
    assert [line for draft in catalogue.drafts for line in written(draft)] == expected.get("products", [])
    assert remarked(catalogue.refused) == expected.get("refused", [])
    assert remarked(catalogue.notes) == expected.get("notes", [])
    assert [column.column for column in catalogue.unread] == expected.get("unread", [])


@pytest.mark.parametrize("expected", expectations(RETAIL).values(), ids=expectations(RETAIL))
def test_invoices_are_read_as_expected(expected: Expected) -> None:
    paths = [RETAIL / name for name in expected["files"]]
    if "error" in expected:
        with pytest.raises(UnreadableFileError) as refused:
            read_sales(paths)
        assert str(refused.value) == f"{paths[0]}: {expected['error']}"
        return
    sales = read_sales(paths)
    assert list(map(invoiced, sales.invoices)) == expected.get("invoices", [])
    assert remarked(sales.refused) == expected.get("refused", [])
    assert remarked(sales.notes) == expected.get("notes", [])
    assert sales.rows_accepted + len(sales.refused) == sales.rows_read


def test_every_nasty_file_has_its_expectation() -> None:
    assert {path.name for path in SHOPIFY.glob("*.csv")} == set(expectations(SHOPIFY))
    assert {path.name for path in RETAIL.glob("*.csv")} == {
        name for expected in expectations(RETAIL).values() for name in expected["files"]
    }
