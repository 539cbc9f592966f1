"""`./dev up` in a copy of the source: what is saved is served, what the template says is deployed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.localcloud.workbench import eventually
from tests.ports import free_port

from tradewind_tools.http_client import call
from tradewind_tools.localcloud.state import StateFolder
from tradewind_tools.places import SOURCE
from tradewind_tools.reload.source_tree import LOOK_SECONDS

DEPLOYED_WITHIN_SECONDS = 300
"""On a machine that is busy with other things; a few seconds otherwise."""

HANDLERS = "tradewind/catalog/read_handlers.py"
WORDS = "tradewind/catalog/product_pages.py"
FUNCTIONS = "tradewind_tools/blueprint/functions.py"


class Checkout:
    """A copy of the source, and `./dev` in it."""

    def __init__(self, folder: Path) -> None:
        self.source = folder / "src"
        self.state = StateFolder(folder / "state")
        self.port = free_port()
        shutil.copytree(SOURCE, self.source, ignore=shutil.ignore_patterns("__pycache__"))

    def dev(self, *words: str) -> str:
        run = subprocess.run(
            [sys.executable, "-m", "tradewind_tools.cli", *words],
            env={**os.environ, "PYTHONPATH": str(self.source), "TRADEWIND_STATE": str(self.state.path)},
            cwd=self.source,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert run.returncode == 0, run.stdout
        return run.stdout

    def save(self, name: str, old: str, new: str) -> None:
        """Replace some text in a file, and wait until a request may be sure to see it."""
        path = self.source / name
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
        time.sleep(LOOK_SECONDS)

    def get(self, path: str) -> tuple[int, str]:
        answer = call("GET", f"http://localhost:{self.port}/v1{path}")
        return answer.status_code, answer.text

    def notes(self) -> list[str]:
        lines = self.state.log.read_text().splitlines()
        return [line.removeprefix("reload: ") for line in lines if line.startswith("reload: ")]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    made = Checkout(tmp_path_factory.mktemp("checkout"))
    made.dev("up", "--detach", "--port", str(made.port))
    yield made
    made.dev("down")


def test_saved_handler_serves_the_next_request(checkout: Checkout) -> None:
    assert "There is no product 'nothing'." in checkout.get("/products/nothing")[1]
    checkout.save(WORDS, "There is no product {", "Nobody sells a product {")
    status, body = checkout.get("/products/nothing")
    assert status == 404
    assert "Nobody sells a product 'nothing'." in body
    eventually(lambda: f"saved {WORDS}" in checkout.notes())


def test_broken_handler_fails_until_it_is_mended(checkout: Checkout) -> None:
    checkout.save(HANDLERS, "def get_product(", "def get_product((")
    assert checkout.get("/products/nothing")[0] == 502
    refused = eventually(lambda: [note for note in checkout.notes() if note.startswith("not deployed: ")])
    assert f"{HANDLERS}:" in refused[-1]
    assert "SyntaxError" in refused[-1]
    checkout.save(HANDLERS, "def get_product((", "def get_product(")
    assert checkout.get("/products/nothing")[0] == 404


def test_changed_template_is_deployed(checkout: Checkout) -> None:
    deployed = len([note for note in checkout.notes() if note.startswith("deployed")])
    checkout.save(FUNCTIONS, '"GET /products/{productId}"', '"GET /products/{productId}/details"')
    eventually(lambda: "ProductNotFound" in checkout.get("/products/nothing/details")[1], DEPLOYED_WITHIN_SECONDS)
    notes = eventually(
        lambda: [note for note in checkout.notes() if note.startswith("deployed")][deployed:], DEPLOYED_WITHIN_SECONDS
    )
    assert notes[0].startswith("deployed the template: ")


def test_starting_it_again_updates_it(checkout: Checkout) -> None:
    pid = checkout.state.find_running().pid
    checkout.save(WORDS, "Nobody sells a product {", "Nobody makes a product {")
    said = checkout.dev("up")
    assert f"running already at http://localhost:{checkout.port}; functions updated." in said
    assert checkout.state.find_running().pid == pid
    assert "functions unchanged." in checkout.dev("up", "--port", str(checkout.port))
