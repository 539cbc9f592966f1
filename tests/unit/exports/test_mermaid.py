from __future__ import annotations

from tradewind_tools.exports.mermaid import Arrow, Node, Shape, flowchart, merged, state_diagram


def test_a_flowchart_has_its_nodes_and_arrows() -> None:
    nodes = [Node("bus", Shape.HEXAGON), Node("email-queue", Shape.QUEUE, "mails")]
    arrows = [Arrow("bus", "email-queue", "OrderPlaced"), Arrow("email-queue", "bus", is_dotted=True)]
    assert flowchart("LR", nodes, arrows).splitlines() == [
        "```mermaid",
        "flowchart LR",
        '    n_bus{{"bus"}}',
        '    n_email_queue[["mails"]]',
        '    n_bus -->|"OrderPlaced"| n_email_queue',
        "    n_email_queue -.-> n_bus",
        "```",
    ]


def test_a_word_of_mermaids_own_may_name_a_node() -> None:
    assert str(Node("end")) == 'n_end["end"]'


def test_a_state_diagram_begins_and_ends() -> None:
    lines = state_diagram("held", [("held", "sold")], ["sold"]).splitlines()
    assert lines[1:-1] == [
        "stateDiagram-v2",
        "    direction LR",
        "    [*] --> held",
        "    held --> sold",
        "    sold --> [*]",
    ]


def test_arrows_between_the_same_two_become_one() -> None:
    pay, again = Arrow("pay", "cancel", "declined"), Arrow("pay", "cancel", "a fault")
    assert merged([pay, again, pay]) == [Arrow("pay", "cancel", "declined or<br>a fault")]


def test_an_arrow_that_is_always_taken_needs_no_label() -> None:
    assert merged([Arrow("tell", "end"), Arrow("tell", "end", "a fault")]) == [Arrow("tell", "end")]


def test_a_dotted_arrow_stays_apart() -> None:
    arrows = [Arrow("pay", "refund"), Arrow("pay", "refund", is_dotted=True)]
    assert merged(arrows) == arrows
