"""Which module may import which: the design's one-way dependencies, read from the source."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.source import SOURCE, TESTS, Import, imported_names, imports, modules

NO_SERVICES = {"aws", "edge", "kernel", "settings", "shop"}
ENTRY_POINTS = {"handlers", "read_handlers", "consumers", "authorizer"}
PUBLIC = {"public", "public_items", "public_writes"}
UNSEAMLY = {"os", "random", "secrets", "time", "uuid", "socket", "threading"}

AWS_CLIENTS = {"boto3", "botocore", "pydynox"}
"""They belong to the adapters in `aws`."""

FLOORS: dict[str, tuple[set[str], ...]] = {
    "tradewind": (
        {"kernel"},
        {"aws", "settings"},
        {"shop"},
        {"edge"},
        {"outbox", "inventory", "identity", "service", "rotation"},
        {"catalog"},
        {"cart"},
        {"ordering"},
        {"ops", "payments", "notifications", "analytics", "audit"},
        {"checkout", "privacy"},
    ),
    "tradewind_tools": (
        {"errors", "http_client", "locks", "options", "places"},
        {"blueprint", "commands", "memory"},
        {"applications", "bootstrap"},
        {"exports"},
        {"packaging", "ministack"},
        {"reload"},
        {"localcloud"},
        {"invoke"},
        {"bench", "data", "deployment", "simulation"},
        {"operations"},
        {"audit", "checks", "cli", "scaffold"},
    ),
}
"""Packages, and modules beside them, from the ground floor up. What is not listed stands on the top floor."""

UPWARDS: dict[str, set[str]] = {
    "tradewind": {"shop -> payments"},
    "tradewind_tools": set(),
}
"""The shop makes the payment provider that its settings name, when it is first used."""

LAYERS = {
    "errors": set[str](),
    "model": {"errors", "model"},
    "store": {"errors", "model", "store"},
    "reads": {"errors", "model", "reads"},
    "provider": {"errors", "model", "provider"},
    "writes": {"errors", "model", "provider", "reads", "writes"},
}
"""What these modules of a service may import of their own service; any other module may import all but entry points."""


class Place(NamedTuple):
    """Where a module of `tradewind` stands: `Place("catalog", "model")`; the shop itself has no layer."""

    service: str
    layer: str

    @classmethod
    def of(cls, name: str) -> Place:
        _, service, layer, *_ = [*name.split("."), "", ""]
        return cls(service, layer)

    @property
    def is_domain(self) -> bool:
        return self.service == "kernel" or self.layer in {"model", "errors"}

    @property
    def is_of_a_service(self) -> bool:
        return bool(self.service) and self.service not in NO_SERVICES


def packages(name: str) -> list[Path]:
    return sorted(path.parent for path in (SOURCE / name).glob("*/__init__.py"))


def described(found: Iterable[Import]) -> list[str]:
    return sorted({f"{each.importer} imports {each.imported}" for each in found})


def top(each: Import) -> str:
    return each.imported.partition(".")[0]


def is_third_party(each: Import) -> bool:
    return top(each) not in sys.stdlib_module_names | {"tradewind", "msgspec"}


def is_for_types_only(each: Import) -> bool:
    return top(each).startswith("mypy_boto3_")


def ours() -> Iterator[tuple[Import, Place, Place]]:
    """Imports of `tradewind` by itself, with the places of both ends."""
    for each in imports("tradewind"):
        if top(each) == "tradewind":
            yield each, Place.of(each.importer), Place.of(each.imported)


def test_source_is_really_read() -> None:
    assert Import("tradewind.catalog.read_handlers", "tradewind.catalog.reads", is_at_start=True) in imports(
        "tradewind"
    )
    assert Import("tradewind.aws.sdk", "http.client", is_at_start=False) in imports("tradewind")


def test_domain_knows_only_the_standard_library_and_msgspec() -> None:
    domain = [each for each in imports("tradewind") if Place.of(each.importer).is_domain]
    assert described(each for each in domain if is_third_party(each)) == []


def test_domain_knows_only_the_kernel_and_itself() -> None:
    def is_known(importer: Place, imported: Place) -> bool:
        return imported.service == "kernel" or (imported.service == importer.service and imported.is_domain)

    assert (
        described(
            each for each, importer, imported in ours() if importer.is_domain and not is_known(importer, imported)
        )
        == []
    )


def test_time_and_chance_come_in_through_the_clock_alone() -> None:
    domain = [each for each in imports("tradewind") if Place.of(each.importer).is_domain]
    assert described(each for each in domain if top(each) in UNSEAMLY) == [
        "tradewind.kernel.clock imports os",
        "tradewind.kernel.clock imports time",
    ]


def test_runtime_never_imports_the_tools() -> None:
    assert described(each for each in imports("tradewind") if top(each) == "tradewind_tools") == []


def test_service_meets_another_only_in_its_public_modules() -> None:
    assert described(
        each
        for each, importer, imported in ours()
        if importer.is_of_a_service and imported.is_of_a_service
        if importer.service != imported.service and imported.layer not in PUBLIC
    ) == []  # fmt: skip


def test_edge_to_aws_knows_no_service() -> None:
    assert (
        described(
            each
            for each, importer, imported in ours()
            if importer.service in {"aws", "edge", "kernel"} and imported.is_of_a_service
        )
        == []
    )


def test_shop_is_loaded_without_any_service() -> None:
    """A function loads only the parts that it uses."""
    assert (
        described(
            each
            for each, importer, imported in ours()
            if importer.service == "shop" and imported.is_of_a_service and each.is_at_start
        )
        == []
    )


def test_layers_depend_one_way() -> None:
    within = [entry for entry in ours() if entry[1].service == entry[2].service and entry[1].layer in LAYERS]
    assert described(each for each, importer, imported in within if imported.layer not in LAYERS[importer.layer]) == []


def test_nobody_imports_an_entry_point() -> None:
    assert described(each for each, _, imported in ours() if imported.layer in ENTRY_POINTS) == []


@pytest.mark.parametrize("package", FLOORS)
def test_no_modules_import_each_other_in_a_circle(package: str) -> None:
    graph: dict[str, set[str]] = {name: set() for name in modules(package)}
    for each in imports(package):
        if each.is_at_start:
            graph[each.importer].add(each.imported)
    while free := [name for name, needed in graph.items() if not needed & graph.keys()]:
        for name in free:
            del graph[name]
    assert graph == {}


def part_of(name: str, package: str) -> str:
    """The package or module directly in `package` that a module belongs to; empty for `package` itself."""
    return name.removeprefix(package).strip(".").partition(".")[0]


def floor_of(part: str, package: str) -> int:
    floors = FLOORS[package]
    return next((number for number, parts in enumerate(floors) if part in parts), len(floors))


def arrows(package: str) -> Iterator[tuple[str, str]]:
    """From one part of a package to another that it imports, when it is loaded or later."""
    for each in imports(package):
        if top(each) == package:
            ends = part_of(each.importer, package), part_of(each.imported, package)
            if all(ends) and ends[0] != ends[1]:
                yield ends


@pytest.mark.parametrize("package", FLOORS)
def test_imports_go_down_from_floor_to_floor(package: str) -> None:
    upwards = {
        f"{importer} -> {imported}"
        for importer, imported in arrows(package)
        if floor_of(importer, package) <= floor_of(imported, package)
    }
    assert upwards == UPWARDS[package]


@pytest.mark.parametrize("package", FLOORS)
def test_every_part_on_a_floor_exists(package: str) -> None:
    existing = {part_of(name, package) for name in modules(package)}
    assert set().union(*FLOORS[package]) <= existing


def test_aws_clients_are_imported_by_adapters_alone() -> None:
    assert {Place.of(each.importer).service for each in imports("tradewind") if top(each) in AWS_CLIENTS} <= {
        "aws",
        "outbox",
    }


def test_any_other_library_is_imported_by_one_module() -> None:
    importers: dict[str, set[str]] = {}
    for each in imports("tradewind"):
        if is_third_party(each) and not is_for_types_only(each):
            importers.setdefault(top(each), set()).add(each.importer)
    assert {
        library: found for library, found in importers.items() if library not in AWS_CLIENTS and len(found) > 1
    } == {}


def test_nothing_heavy_is_loaded_at_start() -> None:
    assert described(each for each in imports("tradewind") if is_third_party(each) and each.is_at_start) == []


def has_logic(name: str) -> bool:
    tree = ast.parse(modules("tradewind")[name].read_text())
    return any(isinstance(node, ast.FunctionDef) for node in ast.walk(tree))


@cache
def modules_tested_by(service: str) -> set[str]:
    """The modules of a service that its tests import, and those of the service that these import, and so on."""
    folders = [TESTS / kind / service for kind in ("unit", "integration")]
    found = {name for folder in folders for test in folder.rglob("test_*.py") for name in imported_names(test)}
    while following := {each.imported for each in inside(service) if each.importer in found} - found:
        found |= following
    return found


def inside(service: str) -> Iterator[Import]:
    """Imports of a service's modules by each other."""
    prefix = f"tradewind.{service}."
    return (
        each for each in imports("tradewind") if each.importer.startswith(prefix) and each.imported.startswith(prefix)
    )


@pytest.mark.parametrize("name", sorted(filter(has_logic, modules("tradewind"))))
def test_module_is_tested_by_its_service(name: str) -> None:
    """By a test module of its own, or through the modules that use it."""
    *folders, module = name.split(".")[1:]
    own = TESTS.joinpath("unit", *folders, f"test_{module}.py")
    assert own.is_file() or (folders and name in modules_tested_by(folders[0]))


def test_every_test_module_of_a_service_mirrors_a_module() -> None:
    services = packages("tradewind")
    strays = [
        test.relative_to(TESTS).as_posix()
        for service in services
        for test in (TESTS / "unit" / service.name).glob("test_*.py")
        if not (service / f"{test.stem.removeprefix('test_')}.py").is_file()
    ]
    assert strays == ["unit/aws/test_table_core.py"]


@pytest.mark.parametrize("package", packages("tradewind_tools"), ids=lambda package: package.name)
def test_package_of_the_tools_has_tests(package: Path) -> None:
    folders = [TESTS / kind / package.name for kind in ("unit", "integration", "e2e")]
    assert any(test for folder in folders for test in folder.rglob("test_*.py"))
