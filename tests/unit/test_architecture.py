"""Which module may import which: the design's one-way dependencies, read from the source."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.source import SOURCE, TESTS, Import, imports, modules

NO_SERVICES = {"aws", "edge", "kernel", "shop"}
ENTRY_POINTS = {"handlers", "consumers", "authorizer"}
UNSEAMLY = {"os", "random", "secrets", "time", "uuid", "socket", "threading"}

THIRD_PARTY = {
    "tradewind.aws.mailer": {"botocore"},
    "tradewind.aws.sdk": {"boto3", "botocore"},
    "tradewind.aws.sms": {"botocore"},
    "tradewind.aws.table": {"pydynox"},
    "tradewind.identity.passwords": {"argon2", "bcrypt"},
    "tradewind.identity.tokens": {"jwt"},
    "tradewind.notifications.rendering": {"jinja2"},
}
"""What runs in Lambda and needs more than the standard library and msgspec; none of it is loaded at start."""

LAYERS = {
    "errors": set[str](),
    "model": {"errors", "model"},
    "store": {"errors", "model", "store"},
    "reads": {"errors", "model", "reads"},
    "provider": {"errors", "model", "provider"},
    "writes": {"errors", "model", "provider", "reads", "writes"},
}
"""What these modules of a service may import of their own service; any other module may import all but entry points."""

TESTED_THROUGH = {
    "tradewind.edge.entry_point": "unit/edge/test_consumer.py",
    "tradewind.outbox.errors": "unit/outbox/test_relay.py",
    "tradewind.analytics.reading": "unit/analytics/test_jobs.py",
    "tradewind.analytics.recording": "unit/analytics/test_consumers.py",
    "tradewind.analytics.store": "unit/analytics/test_jobs.py",
    "tradewind.analytics.views": "unit/analytics/test_handlers.py",
    "tradewind.cart.pricing": "unit/cart/test_views.py",
    "tradewind.cart.reads": "unit/cart/test_writes.py",
    "tradewind.catalog.reads": "unit/catalog/test_handlers.py",
    "tradewind.catalog.views": "unit/catalog/test_handlers.py",
    "tradewind.catalog.writes": "unit/catalog/test_handlers.py",
    "tradewind.checkout.resuming": "unit/checkout/test_jobs.py",
    "tradewind.checkout.stock": "unit/checkout/test_handlers.py",
    "tradewind.identity.store": "unit/identity/test_accounts.py",
    "tradewind.identity.views": "unit/identity/test_handlers.py",
    "tradewind.inventory.messages": "unit/inventory/test_handlers.py",
    "tradewind.notifications.delivery": "unit/notifications/test_handlers.py",
    "tradewind.notifications.store": "unit/notifications/test_handlers.py",
    "tradewind.ordering.consumers": "unit/ordering/test_handlers.py",
    "tradewind.ordering.facts": "unit/ordering/test_aftersales.py",
    "tradewind.ordering.finding": "unit/ordering/test_aftersales.py",
    "tradewind.ordering.listing": "unit/ordering/test_handlers.py",
    "tradewind.ordering.model": "unit/ordering/test_handlers.py",
    "tradewind.ordering.placing": "unit/ordering/test_handlers.py",
    "tradewind.ordering.public": "unit/checkout/test_handlers.py",
    "tradewind.ordering.refunding": "unit/ordering/test_aftersales.py",
    "tradewind.ordering.store": "unit/ordering/test_handlers.py",
    "tradewind.ordering.views": "unit/ordering/test_handlers.py",
    "tradewind.payments.abandonment": "unit/payments/test_jobs.py",
    "tradewind.payments.consumers": "unit/payments/test_webhooks.py",
    "tradewind.payments.provider": "unit/payments/test_fake.py",
    "tradewind.payments.providers": "unit/checkout/test_handlers.py",
    "tradewind.payments.stripe.objects": "unit/payments/stripe/test_provider.py",
    "tradewind.payments.reads": "unit/payments/test_charges.py",
    "tradewind.payments.writes": "unit/payments/test_charges.py",
    "tradewind.payments.views": "unit/payments/test_handlers.py",
    "tradewind.rotation.errors": "unit/rotation/test_steps.py",
    "tradewind.aws.vault": "integration/aws/test_vault.py",
}
"""Modules without a test module of their own: their behaviour is that of the operations that are tested there."""


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
    assert Import("tradewind.catalog.handlers", "tradewind.catalog.reads", is_at_start=True) in imports("tradewind")
    assert Import("tradewind.aws.sdk", "boto3", is_at_start=False) in imports("tradewind")


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


def test_service_meets_another_only_in_its_public_module() -> None:
    assert described(
        each
        for each, importer, imported in ours()
        if importer.is_of_a_service and imported.is_of_a_service
        if importer.service != imported.service and imported.layer != "public"
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


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph: dict[str, set[str]] = {name: set() for name in modules("tradewind")}
    for each, _, _ in ours():
        if each.is_at_start:
            graph[each.importer].add(each.imported)
    while free := [name for name, needed in graph.items() if not needed & graph.keys()]:
        for name in free:
            del graph[name]
    assert graph == {}


def test_third_party_packages_are_used_where_it_is_said() -> None:
    used: dict[str, set[str]] = {}
    for each in imports("tradewind"):
        if is_third_party(each) and not is_for_types_only(each):
            used.setdefault(each.importer, set()).add(top(each))
    assert used == THIRD_PARTY


def test_nothing_heavy_is_loaded_at_start() -> None:
    assert described(each for each in imports("tradewind") if is_third_party(each) and each.is_at_start) == []


def has_logic(name: str) -> bool:
    tree = ast.parse(modules("tradewind")[name].read_text())
    return any(isinstance(node, ast.FunctionDef) for node in ast.walk(tree))


@pytest.mark.parametrize("name", sorted(filter(has_logic, modules("tradewind"))))
def test_module_has_its_tests(name: str) -> None:
    *folders, module = name.split(".")[1:]
    own = TESTS.joinpath("unit", *folders, f"test_{module}.py")
    assert own.is_file() or TESTS.joinpath(TESTED_THROUGH.get(name, "")).is_file()


def test_no_exception_outlives_its_module() -> None:
    assert set(TESTED_THROUGH) <= set(modules("tradewind"))


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
