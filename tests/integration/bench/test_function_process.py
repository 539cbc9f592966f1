from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.packaging.python import lambdas_python

from tradewind_tools.bench.errors import FunctionFailed
from tradewind_tools.bench.function_process import FunctionProcess, Launch
from tradewind_tools.bench.shop import BenchShop, invoke_or_fail, open_shop
from tradewind_tools.bench.subjects import BENCH_FUNCTIONS, BenchFunction
from tradewind_tools.bench.workbench import Workbench


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    """Packages as they go to Lambda, under Lambda's own runtime client."""
    lambdas_python()
    if sys.platform != "linux":
        pytest.skip("this system does not tell what a process has computed")
    return Workbench.prepare(tmp_path_factory.mktemp("bench"))


@pytest.fixture(scope="module")
def here(bench: Workbench) -> Iterator[BenchShop]:
    with open_shop(bench) as here:
        yield here


@pytest.mark.parametrize("function", BENCH_FUNCTIONS, ids=lambda function: function.label)
def test_packaged_function_works_under_lambdas_runtime_client(
    bench: Workbench, here: BenchShop, function: BenchFunction
) -> None:
    with FunctionProcess(bench.ours(function.name, here.environment)) as process:
        invoke_or_fail(process, function.request(here.user_id))
        assert '"level":"INFO"' in process.log()
        assert '"ColdStartCount":1' in process.log()


@pytest.mark.parametrize("function", BENCH_FUNCTIONS, ids=lambda function: function.label)
def test_reference_gives_the_same_answer(bench: Workbench, here: BenchShop, function: BenchFunction) -> None:
    answers = []
    for launch in (
        bench.ours(function.name, here.environment),
        bench.reference(function.reference, here.environment),
    ):
        with FunctionProcess(launch) as process:
            answers.append(invoke_or_fail(process, function.request(here.user_id)))
    assert set(answers[1]) <= set(answers[0])
    same = set(answers[1]) & {"productId", "price", "total", "itemCount", "currency", "status", "expiresIn"}
    assert {name: answers[1][name] for name in same} == {name: answers[0][name] for name in same}


def test_costs_are_measured(bench: Workbench) -> None:
    with FunctionProcess(bench.bare()) as process:
        before = process.cpu_seconds
        assert process.invoke({}) == {"statusCode": 200, "body": "{}"}
        assert 0 < before < process.cpu_seconds
        assert 1_000_000 < process.resident_bytes < 100_000_000
        assert process.start_seconds > 0


def test_a_function_that_does_not_start_says_why(bench: Workbench, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("import missing_library\n")
    bare = bench.bare()
    launch = Launch("broken.handle", tmp_path, bare.libraries, {}, bare.python)
    with pytest.raises(FunctionFailed, match="missing_library"), FunctionProcess(launch):
        pass
