from __future__ import annotations

import sys
from pathlib import Path

import pytest
from jinja2 import Environment, ModuleLoader

from tradewind.notifications.rendering import template_environment
from tradewind_tools.packaging.interpreter import Interpreter
from tradewind_tools.packaging.sources import own_code
from tradewind_tools.packaging.templates import compile_templates

FOLDER = "tradewind/notifications/templates"
ARCHIVE = f"{FOLDER}/compiled.zip"
SHOP = {"shop_name": "Salt & Sail", "shop_address": "1 Quay", "shop_mail": "hello@shop.example"}
VALUES = SHOP | {"subject": "Hello", "addressee": " Ada", "unsubscribe_url": "", "shop_url": "https://shop.example"}


@pytest.fixture(scope="module")
def packed() -> dict[str, bytes]:
    return compile_templates(own_code(), Interpreter(sys.executable, "", ""))


@pytest.fixture
def compiled(packed: dict[str, bytes], tmp_path: Path) -> Environment:
    """The environment of the templates as a package has them."""
    archive = tmp_path / "compiled.zip"
    archive.write_bytes(packed[ARCHIVE])
    return template_environment().overlay(loader=ModuleLoader(archive))


def test_compiled_templates_take_the_place_of_their_source(packed: dict[str, bytes]) -> None:
    assert [name for name in packed if name.startswith(FOLDER)] == [ARCHIVE]
    assert packed.keys() - {ARCHIVE} == {name for name in own_code() if not name.startswith(FOLDER)}


@pytest.mark.parametrize("name", sorted(Path(name).name for name in own_code() if name.startswith(FOLDER)))
def test_every_template_is_found(compiled: Environment, name: str) -> None:
    assert compiled.get_template(name).name == name


@pytest.mark.parametrize("form", ["html", "txt"])
def test_compiled_template_says_the_same(compiled: Environment, form: str) -> None:
    values = VALUES | {"verify_url": "https://shop.example/verify?a=1&b=2"}
    written = template_environment().get_template(f"verify_email.{form}").render(values)
    assert compiled.get_template(f"verify_email.{form}").render(values) == written


def test_the_same_templates_give_the_same_bytes(packed: dict[str, bytes]) -> None:
    assert compile_templates(own_code(), Interpreter(sys.executable, "", ""))[ARCHIVE] == packed[ARCHIVE]
