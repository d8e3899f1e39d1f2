"""Builders of states: groups that are put together keep all of their states."""

import pytest

from stacks.workflow.asl import CAPACITY, TRANSIENT, compute, merged, usual_retries

pytestmark = pytest.mark.unit


def test_groups_of_states_are_put_together_in_their_order() -> None:
    first, second = compute(then="Second"), compute(then=None)
    assert list(merged({"First": first}, {"Second": second}).items()) == [("First", first), ("Second", second)]


def test_a_name_that_two_groups_have_is_refused() -> None:
    state = compute(then=None)
    with pytest.raises(ValueError, match="same name: Look, Wait"):
        merged({"Wait": state, "Look": state}, {"Done": state}, {"Look": state, "Wait": state})


def test_a_call_retries_what_its_own_service_may_answer() -> None:
    capacity, transient = usual_retries("sagemaker:createTrainingJob.sync")
    assert capacity["ErrorEquals"] == list(CAPACITY)
    assert {error.partition(".")[0] for error in transient["ErrorEquals"]} == {"SageMaker", "ThrottlingException"}
    (table,) = usual_retries("dynamodb:putItem")
    assert "DynamoDB.ThrottlingException" in table["ErrorEquals"]


def test_every_error_that_goes_away_is_of_a_service_that_is_called() -> None:
    services = {error.partition(".")[0].lower() for error in TRANSIENT if "." in error}
    for service in services:
        (*_, transient) = usual_retries(f"aws-sdk:{service}:anything")
        assert any(error.lower().startswith(f"{service}.") for error in transient["ErrorEquals"])
    assert {error for s in services for error in usual_retries(f"{s}:x")[-1]["ErrorEquals"]} == set(TRANSIENT)
