"""Builders of states: groups that are put together keep all of their states."""

import pytest

from stacks.workflow.asl import compute, merged

pytestmark = pytest.mark.unit


def test_groups_of_states_are_put_together_in_their_order() -> None:
    first, second = compute(then="Second"), compute(then=None)
    assert list(merged({"First": first}, {"Second": second}).items()) == [("First", first), ("Second", second)]


def test_a_name_that_two_groups_have_is_refused() -> None:
    state = compute(then=None)
    with pytest.raises(ValueError, match="same name: Look, Wait"):
        merged({"Wait": state, "Look": state}, {"Done": state}, {"Look": state, "Wait": state})
