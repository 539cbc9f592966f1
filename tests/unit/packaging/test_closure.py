from __future__ import annotations

import pytest
from tests.source import imports

from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.packaging.closure import Source
from tradewind_tools.packaging.errors import ModuleMissing
from tradewind_tools.packaging.sources import api_description, own_code

SHOP = {
    "shop/__init__.py": "",
    "shop/sale.py": """
import json
from typing import TYPE_CHECKING
from shop import price
from shop.parts import Till
if TYPE_CHECKING:
    from shop.types import Money

def sell(till): return Till().open(price.of(till))
def refund(till, safe="bank"): return till.bank[safe]
""",
    "shop/price.py": "LIST, DOT, NOTHING = 'prices.txt', '.', ''\ndef of(it): return it\n",
    "shop/prices.txt": "1",
    "shop/other.txt": "2",
    "shop/types.py": "class Money: ...\n",
    "shop/parts/__init__.py": "from shop.parts.till import Till\n",
    "shop/parts/till.py": """
FORMS = "forms"
class Till:
    def __enter__(self):
        import shop.lock
    def open(self, it):
        from shop.drawer import Drawer
        return Drawer(it)
    @property
    def safe(self):
        from shop.safe import safe
        return safe(self)
""",
    "shop/parts/forms/receipt.html": "<p>",
    "shop/drawer.py": "import shop.key\nclass Drawer: ...\n",
    "shop/key.py": "",
    "shop/lock.py": "",
    "shop/safe.py": "def safe(it): return it\n",
    "shop/night.py": "from shop.parts import Till\ndef close(): return Till().safe\n",
    "shop/broken.py": "from shop.gone.away import thing\n",
}


@pytest.fixture(scope="module")
def shop() -> Source:
    return Source({name: text.encode() for name, text in SHOP.items()})


@pytest.fixture(scope="module")
def ours() -> Source:
    return Source(own_code() | api_description())


def test_closure_is_what_is_imported_whether_at_start_or_later(shop: Source) -> None:
    assert set(shop.closure("shop.sale.sell")) == {
        "shop/__init__.py",
        "shop/sale.py",
        "shop/price.py",
        "shop/prices.txt",
        "shop/parts/__init__.py",
        "shop/parts/till.py",
        "shop/parts/forms/receipt.html",
        "shop/drawer.py",
        "shop/key.py",
        "shop/lock.py",
    }


def test_import_inside_a_method_counts_once_somebody_asks_an_object_for_it(shop: Source) -> None:
    assert "safe" in SHOP["shop/sale.py"]
    assert "shop/safe.py" not in shop.closure("shop.sale.sell")
    assert "shop/safe.py" in shop.closure("shop.night.close")


def test_files_come_with_their_content(shop: Source) -> None:
    assert shop.closure("shop.price.of")["shop/prices.txt"] == b"1"


def test_missing_module_is_named(shop: Source) -> None:
    with pytest.raises(ModuleMissing, match=r"shop\.closed\.sell needs the module shop\.closed"):
        shop.closure("shop.closed.sell")


def test_everything_that_a_module_loads_at_start_is_in_every_closure_it_is_in(ours: Source) -> None:
    """Held against the reading of imports by which the architecture is tested."""
    for function in FUNCTIONS:
        files = set(ours.closure(function.handler))
        names = {name for name, module in ours.modules.items() if module.file in files}
        needed = {each.imported for each in imports("tradewind") if each.is_at_start and each.importer in names}
        assert {name for name in needed if name.startswith("tradewind")} <= names


def test_every_data_file_comes_along_with_some_function(ours: Source) -> None:
    shipped = {name for function in FUNCTIONS for name in ours.closure(function.handler)}
    assert {name for name in set(ours.files) - shipped if not name.endswith(".py")} == set()


@pytest.mark.parametrize(
    ("handler", "needed"),
    [
        ("tradewind.identity.sign_in.register", "tradewind/identity/common_passwords.txt"),
        ("tradewind.notifications.consumers.send_email", "tradewind/notifications/templates/layout.html"),
        ("tradewind.service.handlers.get_openapi", "tradewind/service/openapi.json"),
        ("tradewind.checkout.handlers.process_payment", "tradewind/payments/stripe/provider.py"),
    ],
)
def test_what_is_read_late_comes_along(ours: Source, handler: str, needed: str) -> None:
    assert needed in ours.closure(handler)


def test_a_function_brings_no_more_than_it_needs(ours: Source) -> None:
    of_the_catalogue = ours.closure("tradewind.catalog.read_handlers.get_product")
    services = {name.split("/")[1] for name in of_the_catalogue if name.count("/") > 1}
    assert services.isdisjoint({"identity", "payments", "checkout", "notifications", "analytics", "ops"})
