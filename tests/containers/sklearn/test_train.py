"""Training in this process: each estimator, its parameters, and what is refused."""

import logging
from pathlib import Path

import numpy as np
import pytest
from contract import program
from contract.errors import UserError
from contract.paths import Paths
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler
from sklearn_image import estimators, model, train, wire
from sklearn_image.model import Model

from tests.containers import runtimes
from tests.containers.sklearn import samples

pytestmark = pytest.mark.unit

HOUSES = "price,rooms,area\n" + "".join(f"{row * 1.5 + row % 7},{row},{row % 11}\n" for row in range(80))


def fitted(base: Path, text: str, **values: str) -> Model:
    runtimes.channel(base, "train", text)
    runtimes.hyperparameters(base, **values)
    train.run(Paths(base))
    return model.load(Paths(base).model)


@pytest.mark.parametrize("estimator", ["random-forest", "gradient-boosting", "logistic-regression"])
def test_each_classifier_learns_and_is_the_same_after_loading(tmp_path: Path, estimator: str) -> None:
    loaded = fitted(tmp_path, samples.table(0), task="classification", estimator=estimator)
    rows, kinds = samples.iris(1)
    matrix = loaded.schema.matrix(rows)
    probabilities = loaded.probabilities(matrix)
    labels = [loaded.schema.classes[code] for code in probabilities.argmax(axis=1)]
    assert np.mean([label == kind for label, kind in zip(labels, kinds, strict=True)]) > 0.9
    model.save(loaded, tmp_path / "again")
    np.testing.assert_array_equal(model.load(tmp_path / "again").probabilities(matrix), probabilities)


@pytest.mark.parametrize("estimator", ["random-forest", "gradient-boosting", "linear"])
def test_each_regressor_answers_one_number_a_row(tmp_path: Path, estimator: str) -> None:
    loaded = fitted(tmp_path, HOUSES, task="regression", estimator=estimator)
    low, high = loaded.values(wire.careful_csv(b"10,10\n70,4\n", loaded.schema)).tolist()
    assert low == pytest.approx(18, abs=6)
    assert high == pytest.approx(105, abs=6)


def test_the_linear_model_is_ridge_on_scaled_columns(tmp_path: Path) -> None:
    loaded = fitted(tmp_path, HOUSES, task="regression", estimator="linear", alpha="2.5")
    table = np.array([line.split(",") for line in HOUSES.splitlines()[1:]], dtype=float)
    scaler = StandardScaler().fit(table[:, 1:])
    expected = Ridge(alpha=2.5).fit(scaler.transform(table[:, 1:]), table[:, 0])
    np.testing.assert_allclose(loaded.values(table[:, 1:]), expected.predict(scaler.transform(table[:, 1:])))


def test_the_logistic_model_is_sklearns(tmp_path: Path) -> None:
    loaded = fitted(tmp_path, samples.table(0), task="classification", estimator="logistic-regression", C="0.5")
    rows, kinds = samples.iris(0)
    matrix = samples.matrix(rows)
    scaler = StandardScaler().fit(matrix[:, :4])

    def scaled(matrix: np.ndarray) -> np.ndarray:
        return np.hstack([scaler.transform(matrix[:, :4]), matrix[:, 4:]])

    expected = LogisticRegression(C=0.5, max_iter=1000).fit(scaled(matrix), kinds)
    other = samples.iris(1)[0]
    np.testing.assert_allclose(
        loaded.probabilities(loaded.schema.matrix(other)),
        expected.predict_proba(scaled(samples.matrix(other))),
        atol=1e-6,
    )


def test_the_seed_decides_the_forest(tmp_path: Path) -> None:
    def answers(name: str, seed: str) -> list[float]:
        loaded = fitted(tmp_path / name, HOUSES, task="regression", n_estimators="5", seed=seed)
        return list(loaded.values(np.array([[33.0, 5.0], [7.0, 1.0]])))

    assert answers("a", "1") == answers("b", "1")
    assert answers("a", "1") != answers("c", "2")


def test_a_level_seen_in_validation_alone_is_known_when_serving(tmp_path: Path) -> None:
    runtimes.channel(tmp_path, "validation", samples.table(1).replace("blue", "green"))
    loaded = fitted(tmp_path, samples.table(0), task="classification", n_estimators="5")
    assert loaded.schema.matrix([["5", "3", "1", "1", "green"]]).shape == (1, 5)
    with pytest.raises(UserError, match="'purple' is none of blue, green"):
        loaded.schema.matrix([["5", "3", "1", "1", "purple"]])


def test_metric_lines_of_a_regression(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    runtimes.channel(tmp_path, "validation", HOUSES)
    fitted(tmp_path, HOUSES, task="regression")
    assert {"validation:rmse", "validation:mae", "validation:r2", "train:rmse"} <= {
        message.split("=")[0] for message in caplog.messages
    }


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, "hyperparameter task=None must be one of classification, regression"),
        ({"task": "forecasting"}, "task='forecasting' must be one of"),
        ({"task": "regression", "estimator": "logistic-regression"}, "must be one of random-forest, "),
        ({"task": "classification", "estimator": "svm"}, "estimator='svm' must be one of random-forest"),
        ({"task": "classification", "learning_rate": "1"}, "unknown hyperparameter 'learning_rate'"),
        ({"task": "classification", "n_estimators": "0"}, "n_estimators='0' must be a whole number from 1"),
        ({"task": "classification", "max_features": "half"}, "must be one of sqrt, log2, all"),
        ({"task": "classification", "seed": "-1"}, "seed='-1' must be a whole number from 0"),
    ],
)
def test_wrong_hyperparameters_are_named(values: dict[str, str], reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        estimators.choose(values)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "train.csv has no rows"),
        ("price,rooms\n", "train.csv has no rows"),
        ("price\n1\n", "the header must name the label and each feature once"),
        ("price,rooms,rooms\n1,2,3\n", "the header must name"),
        ("price,rooms\n1,2\n3\n", "train.csv row 3 has 1 cells, the header 2"),
        ("price,rooms\nmuch,2\n3,1\n", "row 1, column price: 'much' is not a finite number"),
        ("price,rooms\n1,1e300\n3,1\n", "row 1, column rooms: 1e+300 is larger than"),
    ],
)
def test_a_channel_that_cannot_be_learned_is_told(tmp_path: Path, text: str, reason: str) -> None:
    runtimes.channel(tmp_path, "train", text)
    runtimes.hyperparameters(tmp_path, task="regression")
    paths = Paths(tmp_path)
    assert program.job(lambda: train.run(paths), paths.failure) == 1
    assert reason in paths.failure.read_text()
    assert not paths.model.exists()


def test_a_missing_channel_is_told(tmp_path: Path) -> None:
    runtimes.hyperparameters(tmp_path, task="regression")
    with pytest.raises(UserError, match=r"channel train has no \.csv file"):
        train.run(Paths(tmp_path))


def test_one_class_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="only one class in kind"):
        fitted(tmp_path, "kind,x\na,1\na,2\n", task="classification")


def test_a_class_without_training_rows_is_told(tmp_path: Path) -> None:
    runtimes.channel(tmp_path, "validation", "kind,x\na,1\nc,2\n")
    with pytest.raises(UserError, match="classes without a row in channel train: c"):
        fitted(tmp_path, "kind,x\na,1\nb,2\n", task="classification")
