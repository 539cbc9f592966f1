"""Real data's formats through the front door: a catalogue imported, invoices replayed, everything adding up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.e2e.conftest import ADMIN

from tradewind_tools.data.catalogue import Catalogue
from tradewind_tools.data.importing import Importer, ImportResult
from tradewind_tools.data.journal import Journal, open_journal
from tradewind_tools.data.messages import Credentials
from tradewind_tools.data.online_retail import read_sales
from tradewind_tools.data.online_retail_products import read_products
from tradewind_tools.data.product_import import ImportOutcome
from tradewind_tools.data.progress import Advance
from tradewind_tools.data.replay import Replay
from tradewind_tools.data.shop import ShopClient
from tradewind_tools.data.shopify import ShopifyOptions, read_shopify
from tradewind_tools.data.transport import Transport
from tradewind_tools.localcloud.cloud import LocalCloud

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
SHOPIFY = [FIXTURES / "shopify" / "older.csv", FIXTURES / "shopify" / "newer.csv"]
OPTIONS = ShopifyOptions("USD")
INVOICES = [FIXTURES / "online_retail" / "two_days.csv"]


@pytest.fixture(scope="module")
def shop(cloud: LocalCloud) -> Iterator[ShopClient]:
    transport = Transport(cloud.front_door_url)
    shop = ShopClient(transport, Credentials(email=ADMIN.email, password=ADMIN.password), wait=lambda _: None)
    shop.log_in()
    yield shop
    transport.close()


@pytest.fixture(scope="module")
def journal(shop: ShopClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journal]:
    with open_journal(tmp_path_factory.mktemp("replay"), shop.url) as journal:
        yield journal


def imported(shop: ShopClient, catalogue: Catalogue) -> Counter[ImportOutcome]:
    result = ImportResult(catalogue)
    Importer(shop, workers=4).bring_in(result, lambda: None)
    assert result.refused_by_shop == []
    return result.outcomes


@contextmanager
def unseen(_title: str, _total: int) -> Iterator[Advance]:
    yield lambda: None


def test_a_shopify_catalogue_is_imported_once(shop: ShopClient) -> None:
    assert imported(shop, read_shopify(SHOPIFY, OPTIONS)) == {ImportOutcome.CREATED: 7}
    assert imported(shop, read_shopify(SHOPIFY, OPTIONS)) == {ImportOutcome.UNCHANGED: 7}
    mug = shop.product("harbour-mug")
    assert mug is not None
    assert mug.description == "Thrown by hand.\n- Holds ½ pint\n- Dishwasher safe"
    assert {variant.variant_id: variant.options for variant in shop.variants("deck-shirt")} == {
        "deck-shirt": {"Size": "Small", "Colour": "Navy / White"},
        "deck-shirt.1": {"Size": "Large", "Colour": "Navy / White"},
    }


def test_invoices_are_replayed_once_and_reconcile_to_the_penny(shop: ShopClient, journal: Journal) -> None:
    assert imported(shop, read_products(INVOICES)) == {ImportOutcome.CREATED: 5}
    first = Replay(shop, read_sales(INVOICES), journal, workers=4, show=unseen).run()
    assert first.reconciles
    assert (first.placed_now, first.statuses) == (5, {"confirmed": 5})
    assert first.money.confirmed_orders_minor == 9931
    second = Replay(shop, read_sales(INVOICES), journal, workers=4, show=unseen).run()
    assert second.reconciles
    assert second.placed_now == 0
