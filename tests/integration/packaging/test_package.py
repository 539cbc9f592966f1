from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.integration.packaging.python import lambdas_python

from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.packaging import trial
from tradewind_tools.packaging.building import build
from tradewind_tools.packaging.errors import NotImportable
from tradewind_tools.packaging.wheels import Architecture


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lambdas_python()
    folder = tmp_path_factory.mktemp("build") / "package"
    built = build(list(Architecture), target=folder)
    assert built.tried in {0, len(FUNCTIONS)}
    return folder


@pytest.fixture(scope="module")
def manifest(package: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((package / "manifest.json").read_text())
    return read


def names(archive: Path) -> list[str]:
    with zipfile.ZipFile(archive) as packed:
        return packed.namelist()


def archives(manifest: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from manifest["layers"].values()
    yield from manifest["functions"].values()


def test_every_function_has_its_archive(manifest: dict[str, Any]) -> None:
    assert set(manifest["functions"]) == {function.name for function in FUNCTIONS}
    assert set(manifest["layers"]) == {"arm64", "x86_64"}
    assert manifest["runtime"] == "python3.13"


def test_manifest_says_what_is_there(package: Path, manifest: dict[str, Any]) -> None:
    for archive in archives(manifest):
        content = (package / archive["file"]).read_bytes()
        with zipfile.ZipFile(package / archive["file"]) as packed:
            unpacked = sum(entry.file_size for entry in packed.infolist())
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        assert (archive["sha256"], archive["bytes"], archive["unpackedBytes"]) == (digest, len(content), unpacked)


def test_every_module_has_its_bytecode(package: Path, manifest: dict[str, Any]) -> None:
    for archive in archives(manifest):
        packed = names(package / archive["file"])
        sources = [name for name in packed if name.endswith(".py")]
        assert len([name for name in packed if name.endswith(".cpython-313.pyc")]) == len(sources) > 0


@pytest.mark.parametrize(("architecture", "machine"), [("arm64", "aarch64"), ("x86_64", "x86_64")])
def test_layer_is_for_its_processor(package: Path, architecture: str, machine: str) -> None:
    packed = names(package / f"layer-{architecture}.zip")
    cores = [name for name in packed if "pydynox_core" in name]
    assert cores == [f"python/pydynox/pydynox_core.cpython-313-{machine}-linux-gnu.so"]
    assert all(name.startswith("python/") for name in packed)


def test_layer_holds_the_licences_and_nothing_that_lambda_brings(package: Path) -> None:
    packed = names(package / "layer-arm64.zip")
    assert len([name for name in packed if ".dist-info/" in name]) >= 9
    assert {name.split("/")[1] for name in packed} & {"boto3", "botocore", "urllib3", "typing_extensions.py"} == set()


def test_archive_that_lacks_a_module_is_found_out() -> None:
    python = lambdas_python()
    handler = "shop.sale.sell"
    files = {"shop/__init__.py": b"", "shop/sale.py": b"from shop.price import price\ndef sell(): return price\n"}
    with pytest.raises(NotImportable, match=r"(?s)The package of sell does not load:\n.*shop\.price"):
        trial.load_all(python, {"sell": handler}, {"sell": files}, {})


def test_package_replaces_the_one_before(tmp_path: Path) -> None:
    target = tmp_path / "package"
    (target / "functions").mkdir(parents=True)
    (target / "functions" / "gone.zip").write_bytes(b"")
    build([Architecture.ARM64], with_bytecode=False, target=target)
    assert not (target / "functions" / "gone.zip").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["package"]


def test_source_alone_says_so(tmp_path: Path) -> None:
    built = build([Architecture.ARM64], with_bytecode=False, target=tmp_path / "package")
    assert built.manifest.bytecode is None
    assert built.tried == 0
    assert not [name for name in names(tmp_path / "package" / "layer-arm64.zip") if name.endswith(".pyc")]


def test_handlers_are_loaded_from_their_own_archive_alone(package: Path, tmp_path: Path) -> None:
    """What another function needs is not in it: the catalogue has no code that charges cards."""
    with zipfile.ZipFile(package / "functions" / "product-get.zip") as packed:
        packed.extractall(tmp_path)
    program = "import sys; sys.path[:0] = [sys.argv[1]]; import tradewind.payments.stripe.provider"
    done = subprocess.run(
        [lambdas_python().executable, "-I", "-S", "-c", program, str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert "No module named 'tradewind.payments'" in done.stderr
