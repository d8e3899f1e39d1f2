"""The metrics are numpy's; scikit-learn's own are the judge."""

import numpy as np
import pytest
import sklearn.metrics as judge
from contract import quality

pytestmark = pytest.mark.unit


def case(classes: int, rows: int, seed: int) -> tuple[quality.Codes, quality.Codes, quality.Floats]:
    generator = np.random.default_rng(seed)
    actual = generator.integers(0, classes, rows)
    # Rounded, so that there are ties.
    scores = (generator.random((rows, classes)) + np.eye(classes)[actual] * 0.5).round(1) + 0.01
    probabilities = scores / scores.sum(axis=1, keepdims=True)
    return actual, probabilities.argmax(axis=1), probabilities


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("classes", [2, 3, 7])
def test_classification_is_what_sklearn_says(classes: int, seed: int) -> None:
    actual, predicted, probabilities = case(classes, 200, seed)
    average = "binary" if classes == 2 else "macro"
    options = {"average": average, "zero_division": 0}
    scores = probabilities[:, 1] if classes == 2 else probabilities
    assert quality.classification(actual, predicted, probabilities, classes) == pytest.approx(
        {
            "accuracy": judge.accuracy_score(actual, predicted),
            "precision": judge.precision_score(actual, predicted, **options),
            "recall": judge.recall_score(actual, predicted, **options),
            "f1": judge.f1_score(actual, predicted, **options),
            "auc": judge.roc_auc_score(actual, scores, multi_class="ovr"),
        }
    )


def test_a_class_that_does_not_occur_has_no_part_in_the_mean() -> None:
    actual, predicted = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])
    three = quality.classification(actual, predicted, None, 3)
    assert three["recall"] == judge.recall_score(actual, predicted, average="macro")


def test_without_probabilities_there_is_no_auc() -> None:
    assert "auc" not in quality.classification(np.array([0, 1]), np.array([0, 1]), None, 2)


@pytest.mark.parametrize("seed", range(3))
def test_regression_is_what_sklearn_says(seed: int) -> None:
    generator = np.random.default_rng(seed)
    actual = generator.normal(size=100)
    predicted = actual + generator.normal(size=100)
    mse = judge.mean_squared_error(actual, predicted)
    assert quality.regression(actual, predicted) == pytest.approx(
        {
            "mae": judge.mean_absolute_error(actual, predicted),
            "mse": mse,
            "rmse": mse**0.5,
            "r2": judge.r2_score(actual, predicted),
        }
    )


def test_r2_of_a_constant_is_defined() -> None:
    assert quality.regression(np.ones(3), np.zeros(3))["r2"] == 0.0


def test_deviations_shrink_with_the_rows() -> None:
    def deviation(rows: int) -> float:
        hits = np.random.default_rng(1).random(rows) < 0.8
        measured = quality.with_deviations(lambda of: {"accuracy": float(hits[of].mean())}, rows, seed=1)
        return measured["accuracy"]["standard_deviation"]

    assert deviation(100) == pytest.approx(0.04, rel=0.25)
    assert deviation(10_000) == pytest.approx(0.004, rel=0.25)


def test_the_same_seed_gives_the_same_deviations() -> None:
    actual, predicted, probabilities = case(3, 60, 1)

    def measured(seed: int) -> dict[str, dict[str, float]]:
        return quality.with_deviations(
            lambda of: quality.classification(actual[of], predicted[of], probabilities[of], 3), 60, seed
        )

    assert measured(4) == measured(4)
    assert measured(4) != measured(5)
