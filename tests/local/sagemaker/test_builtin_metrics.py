import pytest

from local.sagemaker import builtin_metrics, metrics
from local.sagemaker.metrics import MetricReader

pytestmark = pytest.mark.unit

HOST = "1.dkr.ecr.us-east-1.amazonaws.com"


def measured(image: str, *lines: str) -> dict[str, float]:
    reader = MetricReader(builtin_metrics.complete({"TrainingImage": image})["MetricDefinitions"])
    for line in lines:
        reader.read(line)
    return {item["MetricName"]: item["Value"] for item in reader.final()}


@pytest.mark.parametrize("tab", ["\t", "#011"])
def test_xgboost_lines_are_read_as_printed_and_as_cloudwatch_shows_them(tab: str) -> None:
    lines = (f"[{n}]{tab}train-rmse:{3 - n}.5{tab}validation-rmse:{4 - n}.25e+00" for n in range(3))
    found = measured(f"{HOST}/sagemaker-xgboost:1.7-1", *lines)
    assert found == {"train:rmse": 1.5, "validation:rmse": 2.25}


def test_metrics_whose_names_begin_alike_are_told_apart() -> None:
    line = "[7]\ttrain-mae:0.1\ttrain-mape:0.2\tvalidation-logloss:0.3\tvalidation-mlogloss:0.4"
    assert measured(f"{HOST}/xgboost:1", line) == {
        "train:mae": 0.1, "train:mape": 0.2, "validation:logloss": 0.3, "validation:mlogloss": 0.4,
    }  # fmt: skip


def test_linear_learner_tells_epochs_from_the_final_value() -> None:
    found = measured(
        f"{HOST}/linear-learner:1",
        "#quality_metric: host=algo-1, epoch=0, validation mse_objective <loss>=9.5",
        "#quality_metric: host=algo-1, epoch=1, validation mse_objective <loss>=8.5",
        "#quality_metric: host=algo-1, validation mse_objective <loss>=8.25",
        "#quality_metric: host=algo-1, validation binary_f_1.000 <score>=0.75",
        "#progress_metric: host=algo-1, completed 100.0 %",
    )
    assert found == {
        "validation:objective_loss": 8.5,
        "validation:objective_loss:final": 8.25,
        "validation:binary_f_beta": 0.75,
        "train:progress": 100.0,
    }


def test_the_requests_own_definition_of_a_metric_stays() -> None:
    own = {"Name": "validation:rmse", "Regex": "rmse is ([0-9.]+)"}
    made = builtin_metrics.complete({"TrainingImage": f"{HOST}/xgboost:1", "MetricDefinitions": [own]})
    assert [item for item in made["MetricDefinitions"] if item["Name"] == "validation:rmse"] == [own]


@pytest.mark.parametrize(
    "image", [f"{HOST}/mine:1", f"{HOST}/team/xgboost:1", f"{HOST}/sagemaker-xgboost-mine", "", "xgboost"]
)
def test_somebodys_own_image_has_only_its_own_metrics(image: str) -> None:
    assert builtin_metrics.algorithm(image) is None
    assert builtin_metrics.complete({"TrainingImage": image}) == {"TrainingImage": image}


@pytest.mark.parametrize("image", [f"{HOST}/xgboost", f"{HOST}/linear-learner@sha256:{'a' * 64}"])
def test_every_objective_of_a_builtin_algorithm_is_among_its_metrics(image: str) -> None:
    found = builtin_metrics.algorithm(image)
    assert found
    assert set(found.objectives) <= {name for name, _ in found.definitions}
    metrics.check([{"Name": name, "Regex": regex} for name, regex in found.definitions])
