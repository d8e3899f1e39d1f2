"""Ground truth as callers send it: kept in SageMaker's form, or refused with the reason."""

import json
from typing import Any

import pytest
from predict.aws.errors import Unreachable

from tests.lambdas.predict.world import FEATURES, World, ask, event

pytestmark = pytest.mark.unit
FEEDBACK = "/v1/workloads/{workload}/feedback"
ID = "6b0c1a52-1f6e-4a4b-9c0d-0123456789ab"
REGRESSION = FEATURES | {"task": "regression", "target": {"name": "medv", "type": "number"}}
FORECAST = REGRESSION | {"task": "forecasting"}


def told(actual: Any, inference_id: Any = ID) -> dict[str, Any]:
    return event(json.dumps({"inference_id": inference_id, "actual": actual}), resource=FEEDBACK)


@pytest.mark.parametrize(
    ("features", "actual"),
    [
        (FEATURES, "setosa"),
        (FEATURES, ["setosa", "virginica"]),
        (REGRESSION, 21.5),
        (REGRESSION, [1, 2.5]),
        (FORECAST, [1.0, None]),
        (FORECAST, [[1.0], [2.0]]),
    ],
)
def test_feedback_is_kept_as_sagemakers_ground_truth(features: dict[str, Any], actual: Any) -> None:
    world = World().live(features)
    answer = ask(world, told(actual))
    assert (answer.status, answer.body) == (202, {"inference_id": ID, "accepted": True})
    ((key, body),) = world.kept.items()
    assert key == f"iris/feedback/2026/11/21/09/{ID}.jsonl"
    record = json.loads(body)
    assert record["eventMetadata"] == {"eventId": ID}
    assert json.loads(record["groundTruthData"]["data"]) == actual
    assert body.count(b"\n") == 1


@pytest.mark.parametrize(
    ("features", "actual"),
    [
        (FEATURES, "rosa"),
        (FEATURES, None),
        (FEATURES, []),
        (FEATURES, ["setosa", 1]),
        (FEATURES, {"a": []}),
        (REGRESSION, "21"),
        (REGRESSION, True),
        (REGRESSION, [[1.0]]),
        (REGRESSION, 10**400),
        (FORECAST, 1.0),
        (FORECAST, []),
        (FORECAST, ["x"]),
        (FORECAST, [[1.0], 2.0]),
    ],
)
def test_what_no_prediction_could_be_is_refused(features: dict[str, Any], actual: Any) -> None:
    world = World().live(features)
    assert ask(world, told(actual)).status == 400
    assert not world.kept


@pytest.mark.parametrize("inference_id", ["", "../../x", ID.upper(), ID + "/", 7, None, ID + "\n"])
def test_an_id_that_is_none_of_ours_is_refused(inference_id: Any) -> None:
    assert ask(World(), told("setosa", inference_id)).status == 400


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"inference_id": "x"}', '{"inference_id": 1, "actual": 1, "x": 1}'])
def test_another_envelope_is_refused(body: str) -> None:
    assert ask(World(), event(body, resource=FEEDBACK)).status == 400


def test_csv_is_not_read_as_feedback() -> None:
    assert ask(World(), event("a,b\n", resource=FEEDBACK, Content_Type="text/csv")).status == 415


def test_feedback_that_could_not_be_kept_is_to_be_sent_again() -> None:
    answer = ask(World().live().raises(Unreachable("s3"), "put_object"), told("setosa"))
    assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
