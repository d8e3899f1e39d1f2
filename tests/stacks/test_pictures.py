"""The page of the state machines shows them as they are."""

import re
from typing import Any

import pytest

from stacks.pictures import group_picture, overview, picture, redrivable
from tests.stacks.pictured import PAGE, definitions, drawn
from tests.stacks.synthesis import Assembly

TASK = {"Type": "Task"}
CAUGHT = {"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Undo"}]}
DEFINITION: dict[str, Any] = {
    "StartAt": "Plan",
    "States": {
        "Plan": TASK | {"Next": "Each"},
        "Each": {
            "Type": "Map",
            "ItemProcessor": {"StartAt": "Train", "States": {"Train": TASK | {"End": True}}},
            "Next": "Deploy",
        },
        "Deploy": TASK | CAUGHT | {"Next": "Good?"},
        "Good?": {"Type": "Choice", "Choices": [{"Next": "Done"}], "Default": "Undo"},
        "Undo": TASK | {"Next": "Done"},
        "Done": {"Type": "Succeed"},
    },
}
GROUPS = {"First": "Plan", "Second": "Deploy", "Last": "Undo"}


@pytest.mark.unit
def test_a_picture_has_every_state_and_tells_failures_from_success() -> None:
    drawn_lines = [line.strip() for line in picture(DEFINITION).splitlines()]
    assert 'Good_Q{"Good?"}' in drawn_lines
    assert 'subgraph Each["Each"]' in drawn_lines
    assert 'Train["Train"]' in drawn_lines
    assert "Deploy --> Good_Q" in drawn_lines
    assert "Deploy -.-> Undo" in drawn_lines


@pytest.mark.unit
def test_an_overview_leads_from_group_to_group() -> None:
    lines = [line.strip() for line in overview(DEFINITION, GROUPS).splitlines()]
    assert {"First --> Second", "Second --> Last"} < set(lines)
    assert "Second -.-> Last" not in lines


@pytest.mark.unit
def test_a_group_names_where_its_ways_out_lead() -> None:
    lines = [line.strip() for line in group_picture(DEFINITION, GROUPS, "Second").splitlines()]
    assert 'Undo(["Undo, see Last"])' in lines
    assert 'subgraph All_of_Deploy["Second"]' in lines
    assert "All_of_Deploy -. a failure .-> Undo" in lines
    assert not any("Plan" in line for line in lines)


@pytest.mark.unit
def test_what_nothing_catches_can_be_redriven() -> None:
    assert redrivable(DEFINITION) == ["Plan", "Train", "Undo"]


@pytest.mark.unit
def test_a_group_that_begins_nowhere_is_told() -> None:
    with pytest.raises(ValueError, match="Deplyo"):
        overview(DEFINITION, GROUPS | {"Second": "Deplyo"})


@pytest.mark.synth
def test_the_page_is_as_the_definitions_are(assembly: Assembly) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert drawn(page, definitions(assembly)) == page, "stale: run scripts/draw-workflows"


@pytest.mark.synth
def test_every_kind_of_machine_is_on_the_page(assembly: Assembly) -> None:
    shown = set(re.findall(r"<!-- draw ([\w-]+)", PAGE.read_text(encoding="utf-8")))
    assert shown == set(definitions(assembly)), "each kind wants <!-- draw KIND --> in docs/workflow.md"
