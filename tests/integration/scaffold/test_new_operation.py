"""What docs/adding-a-function.md says of a new service is done to the letter, in a copy of the project."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.guide import NEW_SERVICE, code_in, commands_in, without_indentation
from tests.source import ROOT

LEFT_OUT = shutil.ignore_patterns("__pycache__", ".git", ".venv", ".tradewind", "build", ".terraform*", "node_modules")


CONCERNED = (
    *(f"tests/unit/{folder}" for folder in ("wishlist", "catalog", "vouchers", "blueprint", "invoke")),
    *(f"tests/unit/exports/test_{name}.py" for name in ("openapi", "reference", "sample_events")),
    *(f"tests/unit/test_{name}.py" for name in ("architecture", "import_budgets")),
)


class Copy:
    """A copy of the project, and `./dev` in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        shutil.copytree(ROOT, self.folder, ignore=LEFT_OUT)

    def dev(self, command: str) -> str:
        environment = {**os.environ, "PYTHONPATH": "src", "TRADEWIND_STATE": str(self.folder / "state")}
        run = subprocess.run(
            [sys.executable, "-m", "tradewind_tools.cli", *shlex.split(command)],
            cwd=self.folder,
            env=environment,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert run.returncode == 0, f"./dev {command}\n{run.stdout}"
        return run.stdout

    def code(self) -> str:
        paths = [path for folder in ("src", "tests") for path in sorted((self.folder / folder).rglob("*.py"))]
        return "\n".join(path.read_text(encoding="utf-8") for path in paths)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(tmp_path_factory.mktemp("guide"))


def test_guide_is_followed_to_the_letter(copy: Copy) -> None:
    commands = commands_in(NEW_SERVICE)
    assert {command.split()[0] for command in commands} == {"new", "test", "invoke", "lint"}
    for command in commands:
        copy.dev(command)
    made = without_indentation(copy.code())
    assert [shown for shown in code_in(NEW_SERVICE) if without_indentation(shown) not in made] == []


def test_operations_of_every_kind_pass_what_the_project_asks_of_them(copy: Copy) -> None:
    for command in (
        'new operation wishlist.get_item --route "GET /wishlist/{itemId}"',
        'new operation wishlist.rename_item --route "PUT /wishlist/{itemId}"',
        'new operation catalog.add_review --route "POST /products/{productId}/reviews"',
        'new operation catalog.list_reviews --route "GET /products/{productId}/reviews" --role public',
        'new operation catalog.delete_review --route "DELETE /products/{productId}/reviews/{reviewId}" --role admin',
        'new operation vouchers.create_voucher --route "POST /vouchers" --role admin',
        'new operation vouchers.get_voucher --route "GET /vouchers/{voucherId}" --role public',
        "lint",
        f"test {' '.join(CONCERNED)}",
    ):
        copy.dev(command)
