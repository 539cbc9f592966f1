from __future__ import annotations

from tradewind_tools.exports.mermaid import Arrow, Node, Shape, flowchart, merge_arrows, state_diagram


def test_flowchart_has_its_nodes_and_arrows() -> None:
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


def test_keyword_of_mermaid_can_be_the_name_of_a_node() -> None:
    assert str(Node("end")) == 'n_end["end"]'


def test_state_diagram_has_a_beginning_and_ends() -> None:
    lines = state_diagram("held", [("held", "sold")], ["sold"]).splitlines()
    assert lines[1:-1] == [
        "stateDiagram-v2",
        "    direction LR",
        "    [*] --> held",
        "    held --> sold",
        "    sold --> [*]",
    ]


def test_arrows_between_the_same_two_nodes_are_merged() -> None:
    pay, again = Arrow("pay", "cancel", "declined"), Arrow("pay", "cancel", "a fault")
    assert merge_arrows([pay, again, pay]) == [Arrow("pay", "cancel", "declined or<br>a fault")]


def test_merged_arrow_has_no_label_if_one_of_them_has_none() -> None:
    assert merge_arrows([Arrow("tell", "end"), Arrow("tell", "end", "a fault")]) == [Arrow("tell", "end")]


def test_dotted_arrow_is_not_merged_with_a_solid_one() -> None:
    arrows = [Arrow("pay", "refund"), Arrow("pay", "refund", is_dotted=True)]
    assert merge_arrows(arrows) == arrows
