"""What a run says of its candidates goes over what the bound alone would say."""

import json
from typing import Any

import pytest

from tests.trainyard.conftest import ARN, Cli, States
from tests.trainyard.recorded import Recording, good_run
from tests.trainyard.test_watch import left_behind

pytestmark = pytest.mark.local


class Ended(States):
    """An execution that has ended with this output, or with this error."""

    def __init__(self, run: Recording, status: str, **said: Any) -> None:
        super().__init__(run, status)
        self.said = said

    def describe_execution(self, executionArn: str) -> dict[str, Any]:
        return super().describe_execution(executionArn) | self.said


def forest(deployed: Cli, states: States) -> dict[str, Any]:
    deployed.fakes["stepfunctions"] = states
    left_behind()
    said = json.loads(deployed("watch", ARN, "--json").stdout)
    found: dict[str, Any] = said["candidates"][0]
    return found


def test_a_candidate_within_the_bound_that_the_run_refused_did_not_pass(deployed: Cli) -> None:
    row = {"name": "forest", "refused": "accuracy is worse than that of bayes, which serves now"}
    output = json.dumps({"candidates": [row]})
    said = forest(deployed, Ended(good_run(), "SUCCEEDED", output=output))
    assert (said["passed"], said["reason"]) == (False, row["refused"])


def test_a_candidate_that_the_run_let_pass_passed(deployed: Cli) -> None:
    output = json.dumps({"candidates": [{"name": "forest", "refused": ""}]})
    said = forest(deployed, Ended(good_run(), "SUCCEEDED", output=output))
    assert (said["passed"], said["reason"]) == (True, None)


@pytest.mark.parametrize("error", ["GateNotMet", "ApprovalRefused"])
def test_nobody_passed_in_a_run_that_failed_at_the_gate_or_at_people(deployed: Cli, error: str) -> None:
    said = forest(deployed, Ended(good_run(), "FAILED", error=error, cause="no"))
    assert said["passed"] is False
