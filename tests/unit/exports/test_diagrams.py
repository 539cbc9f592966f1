from __future__ import annotations

import re

import pytest
from tests.source import imports

from tradewind.inventory.model import RESERVATION_STATES
from tradewind.kernel.states import StateTable
from tradewind_tools.blueprint import saga
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.messaging import QUEUES, RULES
from tradewind_tools.blueprint.model import Route, StateMachineStep
from tradewind_tools.blueprint.permissions import BusGrant
from tradewind_tools.exports import diagrams

DRAWINGS = [diagrams.flow(), diagrams.saga_steps(), diagrams.service_imports()]


def arrows(drawing: str) -> set[tuple[str, str]]:
    return set(re.findall(r"n_(\w+) -->(?:\|[^|]*\|)? n_(\w+)", drawing))


def undoing(drawing: str) -> set[tuple[str, str]]:
    return set(re.findall(r"n_(\w+) -\.->\|\"undone by\"\| n_(\w+)", drawing))


def named(text: str) -> str:
    return text.replace("-", "_")


@pytest.mark.parametrize("drawing", DRAWINGS, ids=["flow", "saga", "imports"])
def test_every_end_of_an_arrow_is_a_node(drawing: str) -> None:
    nodes = re.findall(r"^    n_(\w+)[\[({]", drawing, re.MULTILINE)
    ends = re.findall(r"n_(\w+) -|> n_(\w+)$|\| n_(\w+)$", drawing, re.MULTILINE)
    assert {name for names in ends for name in names if name} <= set(nodes)
    assert len(nodes) == len(set(nodes))


def test_functions_behind_the_requests_are_drawn() -> None:
    drawn = diagrams.flow()
    behind = [function for function in FUNCTIONS if not isinstance(function.trigger, Route | StateMachineStep)]
    assert [function.name for function in behind if f"n_{named(function.name)}[" not in drawn] == []
    for rule in RULES:
        assert ("bus", named(rule.queue)) in arrows(drawn)
    for function in behind:
        if BusGrant() in function.grants:
            assert (named(function.name), "bus") in arrows(drawn)
    for queue in QUEUES:
        assert any(source == named(queue.name) for source, _ in arrows(drawn)), queue.name


def test_every_outcome_of_the_saga_is_drawn() -> None:
    drawn = arrows(diagrams.saga_steps())
    for step in saga.STEPS:
        for target in {*step.targets.values()} or {step.following}:
            assert (step.name, target) in drawn


def test_every_compensation_is_drawn() -> None:
    assert undoing(diagrams.saga_steps()) == {
        (step.name, step.compensation) for step in saga.STEPS if step.compensation
    }


def test_states_are_those_of_the_table() -> None:
    moves = re.findall(r"(\w+) --> (\w+)", diagrams.states(RESERVATION_STATES))
    allowed = {(str(state), str(each)) for state, all_of in RESERVATION_STATES.transitions.items() for each in all_of}
    assert set(moves) == allowed


def test_every_state_table_is_found_once() -> None:
    makers = {each.importer for each in imports("tradewind") if each.imported == StateTable.__module__}
    tables = diagrams.state_tables()
    assert len({table.name for table in tables}) == len(tables) >= len(makers)


def test_service_imports_are_those_of_the_source() -> None:
    def service(module: str) -> str:
        return module.split(".")[1]

    found = {
        (service(each.importer), service(each.imported))
        for each in imports("tradewind")
        if each.importer.count(".") > 1 and each.imported.startswith("tradewind.") and ".public" in each.imported
    }
    assert arrows(diagrams.service_imports()) == {(one, other) for one, other in found if one != other}
