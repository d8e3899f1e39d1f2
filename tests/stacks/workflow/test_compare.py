"""No worse than what serves: live models are scored on the same test set, and whatever prevents it is said."""

import json
from typing import Any

import pytest

from tests.stacks.workflow.cloud import FEATURES, Cloud
from tests.stacks.workflow.interpreter import Execution, TaskError
from tests.stacks.workflow.machines import deciding
from tests.stacks.workflow.registry import approve

pytestmark = pytest.mark.unit

POINTER = "/trainyard/dev/approved/live"
LIVE = "approved/live/dev-approved-0000000001/features.json"


def serving(**accuracies: float) -> Cloud:
    """A cloud where models of these names serve; the run's own candidates are good enough for the bound."""
    cloud = Cloud(metrics={"forest": {"accuracy": 0.95}, "bayes": {"accuracy": 0.92}}, approver=approve)
    models = {name: f"dev-approved-{name}-old" for name in accuracies}
    cloud.models = {model: {} for model in models.values()}
    cloud.parameters[POINTER] = json.dumps({"models": models, "features": LIVE})
    known = {name: {"format": "csv", "output": "label"} for name in accuracies}
    cloud.objects[LIVE] = json.dumps(FEATURES | {"decoders": known})
    cloud.live_metrics = {name: {"accuracy": value} for name, value in accuracies.items()}
    return cloud


def judged(cloud: Cloud, given: Any = None) -> dict[str, Any]:
    output: dict[str, Any] = Execution(deciding("approved"), cloud, given or {}).run()
    return output


def names(output: dict[str, Any]) -> list[str]:
    return [row["name"] for row in output["passed"]]


def test_what_is_worse_than_the_best_that_serves_is_refused() -> None:
    output = judged(serving(old=0.91, older=0.94))
    assert names(output) == ["forest"]
    refused = {row["name"]: row["refused"] for row in output["results"]}
    assert refused == {"forest": "", "bayes": "accuracy is worse than that of older, which serves now"}


def test_the_tolerance_lets_a_little_worse_pass() -> None:
    assert names(judged(serving(old=0.93))) == ["forest", "bayes"]  # 0.92 + 0.01: exactly the tolerance


def test_a_run_may_set_its_own_tolerance() -> None:
    given = {"gate": {"no_worse_than_live": {"tolerance": 0.1}}}
    assert names(judged(serving(old=0.99), given)) == ["forest", "bayes"]


def test_live_models_are_scored_and_evaluated_on_the_test_set_of_this_run() -> None:
    cloud = serving(old=0.91)
    judged(cloud)
    (score,) = [sent for state, _, sent in cloud.calls if state == "Score live model"]
    (own, *_) = [sent for state, _, sent in cloud.calls if state == "Score"]
    assert score["TransformInput"] == own["TransformInput"]
    assert score["ModelName"] == "dev-approved-old-old"
    (evaluated,) = [sent for state, _, sent in cloud.calls if state == "Evaluate live model"]
    inputs = {one["InputName"]: one["S3Input"]["S3Uri"] for one in evaluated["ProcessingInputs"]}
    assert inputs["features"] == f"s3://bucket/{LIVE}"
    assert inputs["labels"] == "s3://bucket/approved/runs/run-1/prepared/test/"


def test_jobs_for_a_live_model_of_a_candidates_name_have_names_of_their_own() -> None:
    cloud = serving(forest=0.91)
    judged(cloud)
    made = [sent["TransformJobName"] for _, _, sent in cloud.calls if "TransformJobName" in sent]
    assert len(made) == len(set(made)) == 3


@pytest.mark.parametrize(
    ("output", "accept"), [("label", "text/csv"), ("score", "application/json"), ("forecast", "application/jsonlines")]
)
def test_a_live_model_answers_as_its_own_decoder_reads(output: str, accept: str) -> None:
    cloud = serving(old=0.91)
    decoder = {"format": "csv" if output == "label" else "json", "output": output}
    cloud.objects[LIVE] = json.dumps(FEATURES | {"decoders": {"old": decoder}})
    judged(cloud)
    (score,) = [sent for state, _, sent in cloud.calls if state == "Score live model"]
    assert score["TransformOutput"]["Accept"] == accept


def test_the_first_run_is_compared_with_nothing_and_says_so() -> None:
    cloud = serving()
    cloud.parameters = {}
    output = judged(cloud)
    assert names(output) == ["forest", "bayes"]
    assert output["comparison"] == "nothing serves yet"


def test_another_schema_is_not_compared() -> None:
    cloud = serving(old=0.99)
    cloud.objects[LIVE] = json.dumps(FEATURES | {"schema_hash": "1" * 64, "decoders": {}})
    output = judged(cloud)
    assert names(output) == ["forest", "bayes"]
    assert output["comparison"] == "the data has another schema than that of the models that serve"


@pytest.mark.parametrize("state", ["Score live model", "Evaluate live model", "Read live metrics"])
def test_a_live_model_that_cannot_be_scored_any_more_fails_no_run(state: str) -> None:
    cloud = serving(old=0.99)

    def fault(entered: str, arguments: Any) -> None:
        if entered == state:
            raise TaskError("States.TaskFailed", '{"FailureReason": "Could not find model"}')

    cloud.fault = fault
    output = judged(cloud)
    assert names(output) == ["forest", "bayes"]
    assert output["comparison"] == "none of the models that serve could be scored"
    assert output["live"][0]["error"] == f"{state} failed: Could not find model"


@pytest.mark.parametrize("state", ["Find live models", "Read live features", "Read features"])
def test_what_cannot_be_read_is_not_compared(state: str) -> None:
    cloud = serving(old=0.99)

    def fault(entered: str, arguments: Any) -> None:
        if entered == state:
            raise TaskError("S3.AccessDeniedException", "no")

    cloud.fault = fault
    output = judged(cloud)
    assert names(output) == ["forest", "bayes"]
    assert output["comparison"] == f"{state} failed: no"


def test_a_refused_run_shows_the_live_rows_too() -> None:
    with pytest.raises(TaskError) as refused:
        judged(serving(old=0.99))
    assert refused.value.error == "GateNotMet"
    assert refused.value.cause == (
        "No candidate met the gate: accuracy at least 0.9, and no worse than what serves now.\n"
        "forest: accuracy 0.95\nbayes: accuracy 0.92\nlive old: accuracy 0.99"
    )


def test_a_refused_run_says_why_it_was_not_compared() -> None:
    cloud = serving()
    cloud.parameters = {}
    cloud.metrics = {"forest": {"accuracy": 0.5}, "bayes": {"accuracy": 0.5}}
    with pytest.raises(TaskError) as refused:
        judged(cloud)
    assert refused.value.cause.endswith("\nNot compared with what serves now: nothing serves yet")


def test_nothing_is_scored_where_every_candidate_failed() -> None:
    cloud = serving(old=0.99)

    def fault(entered: str, arguments: Any) -> None:
        if entered == "Train":
            raise TaskError("States.TaskFailed", '{"FailureReason": "no"}')

    cloud.fault = fault
    with pytest.raises(TaskError):
        judged(cloud)
    assert "Score live model" not in [state for state, _, _ in cloud.calls]


@pytest.mark.parametrize(
    ("metric", "bound", "own", "live", "passes"),
    [
        ("rmse", {"max": 9}, 5.0, 4.0, False),
        ("rmse", {"max": 9}, 4.0, 5.0, True),
        ("r2", {"min": 0}, 0.5, 0.6, False),
        ("r2", {"min": 0}, 0.6, 0.5, True),
    ],
)
def test_each_metric_has_its_direction(metric: str, bound: Any, own: float, live: float, passes: bool) -> None:
    assert passed(metric, bound, own, live) == passes


@pytest.mark.parametrize(("own", "live", "passes"), [(0.70, 0.82, False), (0.81, 0.99, True), (0.78, 0.82, True)])
def test_coverage_is_best_at_its_nominal_value(own: float, live: float, passes: bool) -> None:
    assert passed("coverage_80", {"min": 0}, own, live) == passes


def passed(metric: str, bound: Any, own: float, live: float) -> bool:
    """Whether the gate alone, by this metric and without tolerance, lets a candidate pass."""
    states = deciding("approved")["States"]
    kept = {name: states[name] for name in ("Judge", "Keep those that pass", "Does any pass?", "Refuse candidates")}
    given = {
        "plan": {"gate": {"metric": metric, **bound, "no_worse_than_live": {"tolerance": 0}}},
        "results": [{"name": "one", "model": "m", "metrics": {metric: own}, "error": ""}],
        "rivals": [{"name": "old", "metrics": {metric: live}, "error": ""}],
        "comparison": "",
    }
    ends = {name: {"Type": "Succeed"} for name in ("Register versions", "Discard models")}
    first = {"Given": {"Type": "Pass", "Assign": given, "Next": "Judge"}}
    walked = Execution({"StartAt": "Given", "States": first | kept | ends}, Cloud())
    walked.run()
    return "Register versions" in walked.visited
