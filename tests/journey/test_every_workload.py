"""Every workload through the whole deployed path: the API predicts what the same model predicts, fitted directly.

On the same split, which `prepare` left in S3, by the libraries themselves: XGBoost, scikit-learn, mda in R.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
import xgboost
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score

from tests.journey.deployment import Deployment
from tests.journey.trained import Numbers, Trained

pytestmark = [pytest.mark.timeout(1200)]

CLOSE: dict[str, Any] = {"rel": 1e-6, "abs": 1e-6}
DIRECT_MARS = Path(__file__).parents[1] / "containers/r_mars/direct.R"


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("on_processes", marks=pytest.mark.local),
        pytest.param("on_engine", marks=pytest.mark.image),
    ],
)
def deployment(request: pytest.FixtureRequest) -> Deployment:
    found: Deployment = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def outcomes(deployment: Deployment) -> dict[str, dict[str, Any]]:
    """One run of each workload that `make up` did not run, all at once."""
    names = ("iris-forest", "iris-mars", "iris-xgboost")
    for name in names:
        deployment.push(name)
    started = {name: deployment.start(name) for name in names}
    return {name: deployment.finish(execution) for name, execution in started.items()}


def trained(deployment: Deployment, outcomes: dict[str, dict[str, Any]], workload: str) -> Trained:
    assert outcomes[workload]["status"] == "SUCCEEDED", outcomes[workload].get("cause")
    return Trained(deployment, workload)


def boosted(train: Numbers, validation: Numbers, hyperparameters: dict[str, str]) -> xgboost.Booster:
    """Label first; the hyperparameters of the training job, as XGBoost's own train() takes them."""
    tuned = hyperparameters.pop("_tuning_objective_metric", None)
    metric = tuned.partition(":")[2] if tuned else hyperparameters.pop("eval_metric")
    rounds, patience = (int(hyperparameters.pop(name)) for name in ("num_round", "early_stopping_rounds"))
    matrices = [xgboost.DMatrix(table[:, 1:], label=table[:, 0]) for table in (train, validation)]
    return xgboost.train(
        hyperparameters | {"eval_metric": metric, "nthread": "1"},
        matrices[0],
        num_boost_round=rounds,
        evals=[(matrices[1], "validation")],
        callbacks=[xgboost.callback.EarlyStopping(rounds=patience, save_best=True)],
        verbose_eval=False,
    )


def own_parameters(job: dict[str, Any]) -> dict[str, str]:
    return {name: value for name, value in job["HyperParameters"].items() if not name.startswith("sagemaker_")}


def test_boston_is_tuned_by_20_jobs_and_predicts_as_xgboost_does(deployment: Deployment) -> None:
    boston = Trained(deployment, "boston")
    sagemaker = deployment.client("sagemaker")
    (tuning,) = sagemaker.list_hyper_parameter_tuning_jobs(NameContains="dev-boston")[
        "HyperParameterTuningJobSummaries"
    ]
    assert tuning["ResourceLimits"] == {"MaxNumberOfTrainingJobs": 20, "MaxParallelTrainingJobs": 3}
    counts = tuning["TrainingJobStatusCounters"]
    assert counts["Completed"] + counts["Stopped"] == 20
    model = boosted(
        boston.numbers("train/train.csv"),
        boston.numbers("validation/validation.csv"),
        own_parameters(boston.training_job("xgboost")),
    )
    expected = model.predict(xgboost.DMatrix(boston.numbers("test/features.csv")))
    assert boston.predictions("xgboost") == pytest.approx(expected.tolist(), **CLOSE)


def test_bostons_linear_learner_predicts_by_its_artifacts_coefficients(deployment: Deployment, tmp_path: Path) -> None:
    boston = Trained(deployment, "boston")
    with np.load(boston.unpacked("linear", tmp_path) / "model_algo-1") as model:
        expected = boston.numbers("test/features.csv") @ model["weights"] + model["bias"]
    assert boston.predictions("linear") == pytest.approx(expected[:, 0].tolist(), **CLOSE)


def test_bostons_variants_share_the_traffic_as_the_workload_says(deployment: Deployment) -> None:
    variants = deployment.endpoint("boston")["ProductionVariants"]
    assert {variant["VariantName"]: variant["CurrentWeight"] for variant in variants} == {
        "xgboost": pytest.approx(0.9),
        "linear": pytest.approx(0.1),
    }


def test_iris_xgboost_gives_the_probabilities_of_xgboost(
    deployment: Deployment, outcomes: dict[str, dict[str, Any]]
) -> None:
    iris = trained(deployment, outcomes, "iris-xgboost")
    model = boosted(
        iris.numbers("train/train.csv"),
        iris.numbers("validation/validation.csv"),
        own_parameters(iris.training_job("xgboost")),
    )
    expected = model.predict(xgboost.DMatrix(iris.numbers("test/features.csv")))
    assert iris.probabilities("xgboost") == pytest.approx(expected, **CLOSE)


def test_iris_xgboost_trains_on_spare_capacity_and_goes_on_from_its_checkpoints(
    deployment: Deployment, outcomes: dict[str, dict[str, Any]]
) -> None:
    iris = trained(deployment, outcomes, "iris-xgboost")
    job = iris.training_job("xgboost")
    assert job["EnableManagedSpotTraining"]
    assert job["StoppingCondition"] == {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 7200}
    place = job["CheckpointConfig"]["S3Uri"]
    assert place.endswith(f"/iris-xgboost/runs/{iris.pointer['execution']}/candidates/xgboost/checkpoints/")
    assert any("xgboost-checkpoint." in key for key in iris.left_in(place))
    assert any("Checkpoint loaded from" in line for line in iris.trained_again(job))


def test_iris_forest_predicts_as_a_forest_of_the_same_seed(
    deployment: Deployment, outcomes: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    iris = trained(deployment, outcomes, "iris-forest")
    table = np.array(iris.prepared("train/train.csv")[1:])
    forest = RandomForestClassifier(n_estimators=100, min_samples_leaf=2, random_state=28)
    forest.fit(table[:, 1:].astype(float), table[:, 0])
    test = iris.numbers("test/features.csv")
    assert [prediction["label"] for prediction in iris.predictions("forest")] == forest.predict(test).tolist()
    live = joblib.load(iris.unpacked("forest", tmp_path) / "forest.joblib")
    assert live.predict_proba(test) == pytest.approx(forest.predict_proba(test), **CLOSE)


def test_iris_forests_printed_metrics_become_the_jobs(
    deployment: Deployment, outcomes: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    iris = trained(deployment, outcomes, "iris-forest")
    metrics = iris.training_job("forest")["FinalMetricDataList"]
    values = {metric["MetricName"]: metric["Value"] for metric in metrics}
    assert set(values) == {"validation:accuracy", "validation:f1"}
    table = np.array(iris.prepared("validation/validation.csv")[1:])
    live = joblib.load(iris.unpacked("forest", tmp_path) / "forest.joblib")
    accuracy = accuracy_score(table[:, 0], live.predict(table[:, 1:].astype(float)))
    assert values["validation:accuracy"] == pytest.approx(accuracy, abs=1e-4)


def test_iris_mars_predicts_as_mda_does_in_r(
    deployment: Deployment, outcomes: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    if shutil.which("Rscript") is None:
        pytest.skip("Rscript not installed (bash .ci/r installs what the R images need)")
    iris = trained(deployment, outcomes, "iris-mars")
    header, *train = iris.prepared("train/train.csv")
    labels, features = iris.prepared("test/labels.csv"), iris.prepared("test/features.csv")
    tables = {"train": train, "test": [label + row for label, row in zip(labels, features, strict=True)]}
    for name, rows in tables.items():
        (tmp_path / f"{name}.csv").write_text("\n".join(map(",".join, [header, *rows])) + "\n")
    printed = subprocess.run(
        ["Rscript", "--vanilla", DIRECT_MARS, tmp_path / "train.csv", tmp_path / "test.csv"],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    expected = [float(line) for line in printed.stdout.split()]
    assert iris.predictions("mars") == pytest.approx(expected, **CLOSE)


def test_iris_mars_takes_the_species_as_a_category(deployment: Deployment, outcomes: dict[str, dict[str, Any]]) -> None:
    iris = trained(deployment, outcomes, "iris-mars")
    kinds = {feature["name"]: feature["type"] for feature in iris.features["features"]}
    assert kinds["species"] == "category"
    answer = deployment.predict("iris-mars", [iris.features["example"] | {"species": "rosa"}])
    assert answer.status == 400
    assert "species" in json.dumps(answer.body)
