from __future__ import annotations

import sys
from pathlib import Path

from tests.interpreter import fresh

from tradewind_tools.packaging import compiling


def test_bytecode_stands_where_python_looks_for_it() -> None:
    assert compiling.bytecode_name("a/b.py", "cpython-313") == "a/__pycache__/b.cpython-313.pyc"


def test_folder_is_compiled_for_whoever_runs_the_program(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "sale.py").write_text("WORD = 'compiled'\n")
    compiling.compile_folder(tmp_path)
    (tmp_path / "shop" / "sale.py").write_text("WORD = 'not read'\n")
    assert (
        fresh(f"import sys; sys.path[:0] = [{str(tmp_path)!r}]; import shop.sale; print(shop.sale.WORD)")
        == "compiled\n"
    )


def test_bare_bytecode_has_no_docstrings(tmp_path: Path) -> None:
    sale = tmp_path / "sale.py"
    sale.write_text('"""What it is."""\nWORD = "compiled"\ndef sell(): """Sell."""\n')
    compiling.compile_folder(tmp_path, is_bare=True)
    bytecode = (tmp_path / compiling.bytecode_name("sale.py")).read_bytes()
    assert (b"Sell." in bytecode, b"What it is." in bytecode, b"compiled" in bytecode) == (False, False, True)


def test_bytecode_does_not_know_the_folder(tmp_path: Path) -> None:
    compiled = []
    for folder in (tmp_path / "one", tmp_path / "another"):
        folder.mkdir()
        (folder / "sale.py").write_text("def sell(): raise ValueError\n")
        compiling.compile_folder(folder)
        compiled.append((folder / compiling.bytecode_name("sale.py")).read_bytes())
    assert compiled[0] == compiled[1]


def test_program_needs_the_standard_library_alone() -> None:
    text = Path(compiling.__file__).read_text()
    imported = [line.split()[1] for line in text.splitlines() if line.startswith(("import ", "from "))]
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names
