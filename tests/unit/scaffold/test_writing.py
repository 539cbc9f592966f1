from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest
from tests.source import ROOT

from tradewind.kernel.caller import Permission, Role
from tradewind_tools.scaffold import writing
from tradewind_tools.scaffold.errors import DefinitionDiffers, OperationExists
from tradewind_tools.scaffold.operation import Operation

ROUTES = [
    ("add_item", "POST /wishlist"),
    ("list_items", "GET /wishlist"),
    ("get_item", "GET /wishlist/{itemId}"),
    ("rename_item", "PUT /wishlist/{itemId}"),
    ("remove_item", "DELETE /wishlist/{itemId}"),
    ("add_item", "POST /products/{productId}/wishes"),
    ("list_items", "GET /products/{productId}/wishes"),
    ("get_item", "GET /products/{productId}/wishes/{itemId}"),
    ("rename_item", "PUT /products/{productId}/wishes/{itemId}"),
    ("remove_item", "DELETE /products/{productId}/wishes/{itemId}"),
]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of its own, which nothing is written into."""
    return copy_project(tmp_path_factory.mktemp("project"))


def copy_project(to: Path) -> Path:
    for folder in ("src/tradewind", "tests/unit/catalog", "tests/unit/blueprint"):
        shutil.copytree(ROOT / folder, to / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (to / writing.BLUEPRINT).parent.mkdir(parents=True)
    shutil.copy(ROOT / writing.BLUEPRINT, to / writing.BLUEPRINT)
    return to


def plan(root: Path, name: str, route: str, role: Role = Role.CUSTOMER) -> dict[str, str]:
    permission = Permission.CATALOGUE if role is Role.STAFF else None
    texts = writing.plan(Operation.parse(name, route, role, permission), root)
    return {path.relative_to(root).as_posix(): text for path, text in texts.items()}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.GUEST])
@pytest.mark.parametrize(("name", "route"), ROUTES)
def test_every_module_can_be_read(root: Path, name: str, route: str, role: Role) -> None:
    for path, text in plan(root, f"wishlist.{name}", route, role).items():
        ast.parse(text, path)


def test_new_service_gets_all_modules_that_the_operation_needs(root: Path) -> None:
    modules = {"__init__", "handlers", "messages", "model", "reads", "writes"}
    assert set(plan(root, "wishlist.add_item", "POST /wishlist")) == {
        *(f"src/tradewind/wishlist/{module}.py" for module in modules),
        "tests/unit/wishlist/day.py",
        "tests/unit/wishlist/test_handlers.py",
        writing.BLUEPRINT,
    }


def test_second_operation_uses_what_the_first_has_made(tmp_path: Path) -> None:
    root = copy_project(tmp_path)
    for path, text in plan(root, "wishlist.add_item", "POST /wishlist").items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    second = plan(root, "wishlist.get_item", "GET /wishlist/{itemId}")
    assert "src/tradewind/wishlist/model.py" not in second
    assert "src/tradewind/wishlist/writes.py" not in second
    assert second["src/tradewind/wishlist/reads.py"].count("def wishlist_item_key(") == 1
    assert "def find_wishlist_item(" in second["src/tradewind/wishlist/reads.py"]


def test_class_that_would_have_a_name_of_something_else_is_called_after_the_service(root: Path) -> None:
    assert "class WishlistItem(" in plan(root, "wishlist.add_item", "POST /wishlist")["src/tradewind/wishlist/model.py"]
    assert "class Wish(" in plan(root, "wishlist.add_wish", "POST /wishlist")["src/tradewind/wishlist/model.py"]


def test_function_comes_after_the_others_of_its_service(root: Path) -> None:
    reviews = plan(root, "catalog.add_review", "POST /products/{productId}/reviews")[writing.BLUEPRINT].splitlines()
    place = next(number for number, line in enumerate(reviews) if '"catalog-add-review"' in line)
    assert "tradewind.catalog.variant_handlers" in "".join(reviews[place - 2 : place])
    assert reviews[place].endswith('"tradewind.catalog.handlers.add_review", puts("REVIEW#*")),')


def test_function_of_a_new_service_comes_after_all_operations(root: Path) -> None:
    lines = plan(root, "wishlist.list_items", "GET /wishlist")[writing.BLUEPRINT].splitlines()
    place = next(number for number, line in enumerate(lines) if '"wishlist-list-items"' in line)
    assert lines[place - 1] == lines[place + 1] == ""
    assert lines[place + 2].startswith("    on_stream(")
    assert lines[place].endswith("queries(USER), CURSOR),")


def test_public_operation_is_put_on_the_list_of_those_that_anybody_may_call(root: Path) -> None:
    assert '"wishlist-list-items"' in plan(root, "wishlist.list_items", "GET /wishlist", Role.PUBLIC)[writing.PUBLIC]
    assert writing.PUBLIC not in plan(root, "wishlist.list_items", "GET /wishlist", Role.ADMIN)


@pytest.mark.parametrize(
    ("name", "route", "what"),
    [
        ("catalog.get_product", "GET /anything", "a function of this name already: product-get"),
        ("wishlist.list_products", "GET /products", "a function of this route already: product-list"),
    ],
)
def test_name_or_route_that_is_taken_is_refused(root: Path, name: str, route: str, what: str) -> None:
    with pytest.raises(OperationExists, match=what):
        plan(root, name, route)


def test_thing_that_a_service_has_in_another_shape_is_left_to_its_author(root: Path) -> None:
    with pytest.raises(DefinitionDiffers, match=r"inventory/model\.py has another Movement .* docs/adding-a-function"):
        plan(root, "inventory.rename_movement", "PUT /movements/{movementId}")
