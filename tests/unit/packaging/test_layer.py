from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.packaging.wheel import wheel

from tradewind_tools.packaging import layer
from tradewind_tools.packaging.errors import NoLicence

LICENCE = {"words-1.0.dist-info/licenses/LICENSE.txt": "Take it."}


def test_layer_holds_what_is_loaded_and_its_licence(tmp_path: Path) -> None:
    words = wheel(
        tmp_path,
        "words-1.0-py3-none-any.whl",
        LICENCE
        | {
            "words/__init__.py": "",
            "words/_speed.cpython-313-x86_64-linux-gnu.so": "binary",
            "words/_speed.c": "source",
            "words/py.typed": "",
            "words/tests/test_words.py": "",
            "words-1.0.dist-info/METADATA": "Name: words",
            "words-1.0.dist-info/RECORD": "",
            "words-1.0.data/scripts/words": "#!python",
        },
    )
    assert set(layer.contents([words])) == {
        "words/__init__.py",
        "words/_speed.cpython-313-x86_64-linux-gnu.so",
        "words-1.0.dist-info/licenses/LICENSE.txt",
    }


def test_of_the_dynamodb_client_only_the_core_is_kept(tmp_path: Path) -> None:
    client = wheel(
        tmp_path,
        "pydynox-1.0-cp313-cp313-manylinux_2_17_x86_64.whl",
        {
            "pydynox-1.0.dist-info/licenses/LICENSE": "",
            "pydynox/__init__.py": "",
            "pydynox/pydynox_core.cpython-313-x86_64-linux-gnu.so": "",
            "pydynox/pydynox_core.pyi": "",
        },
    )
    assert set(layer.contents([client])) == {
        "pydynox-1.0.dist-info/licenses/LICENSE",
        "pydynox/pydynox_core.cpython-313-x86_64-linux-gnu.so",
    }


def test_wheel_without_a_licence_is_refused(tmp_path: Path) -> None:
    nameless = wheel(tmp_path, "words-1.0-py3-none-any.whl", {"words/license.py": ""})
    with pytest.raises(NoLicence, match=r"words-1\.0-py3-none-any\.whl brings no licence text"):
        layer.contents([nameless])


def test_layer_stands_where_lambda_looks() -> None:
    assert layer.place({"words/__init__.py": b""}) == {"python/words/__init__.py": b""}
