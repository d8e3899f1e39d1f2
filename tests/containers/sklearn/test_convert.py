"""What ONNX Runtime predicts beside what scikit-learn predicts, on rows where a difference would show."""

from typing import Any

import numpy as np
import onnx
import pytest
from sklearn_image import convert, runtime
from sklearn_image.convert import Unconvertible
from sklearn_image.schema import Matrix, Predictions

from tests.containers.sklearn.worlds import World, world

pytestmark = pytest.mark.unit

ROWS = 4000


def by_onnx(made: World, rows: Matrix) -> Predictions:
    predict = runtime.load(convert.to_onnx(made.model.pipeline, rows.shape[1]))
    answer = predict(rows)
    return answer if made.model.schema.classes else answer[:, 0]


FORESTS = [
    {"n_estimators": "10"},
    {"n_estimators": "7", "max_depth": "3"},
    {"n_estimators": "3", "min_samples_leaf": "40", "max_features": "all"},
    {"n_estimators": "4", "min_samples_leaf": "300"},
]


@pytest.mark.parametrize("classes", [0, 2, 3, 12])
@pytest.mark.parametrize("seed", range(4))
def test_a_forest_answers_the_same_bits(seed: int, classes: int) -> None:
    made = world(
        seed, "random-forest", classes=classes, numbers=(5, 1, 0, 3)[seed], levels=(0, 2, 2, 1)[seed], **FORESTS[seed]
    )
    rows = made.rows(ROWS)
    np.testing.assert_array_equal(by_onnx(made, rows), made.model.predict(rows))


BOOSTED = [
    {"max_iter": "8"},
    {"max_iter": "20", "max_depth": "2"},
    {"max_iter": "3", "min_samples_leaf": "200"},
]


@pytest.mark.parametrize("classes", [0, 2, 4])
@pytest.mark.parametrize("seed", range(3))
def test_boosting_takes_every_row_the_same_way(seed: int, classes: int) -> None:
    made = world(seed, "gradient-boosting", classes=classes, numbers=(5, 1, 2)[seed], levels=seed, **BOOSTED[seed])
    rows = made.rows(ROWS)
    expected = made.model.predict(rows)
    # One tree taken another way would differ by far more than what the exponential function rounds.
    np.testing.assert_allclose(by_onnx(made, rows), expected, rtol=0 if not classes else 1e-13, atol=1e-15)


@pytest.mark.parametrize(
    ("estimator", "classes"), [("linear", 0), ("logistic-regression", 2), ("logistic-regression", 5)]
)
@pytest.mark.parametrize("seed", range(3))
def test_linear_models_differ_by_rounding_alone(seed: int, estimator: str, classes: int) -> None:
    made = world(seed, estimator, classes=classes, numbers=(5, 1, 0)[seed], levels=seed)
    rows = made.rows(ROWS)
    expected = made.model.predict(rows)
    answered = by_onnx(made, rows)
    np.testing.assert_allclose(answered, expected, rtol=1e-9, atol=1e-12)
    if classes:
        np.testing.assert_array_equal(answered.argmax(axis=1), expected.argmax(axis=1))


def test_one_row_is_answered_as_among_many() -> None:
    made = world(5, "random-forest", classes=3, levels=1)
    rows = made.rows(2 * runtime.ROWS_AT_ONCE + 1)
    predict = runtime.load(convert.to_onnx(made.model.pipeline, rows.shape[1]))
    together = predict(rows)
    assert len(together) == len(rows)
    np.testing.assert_array_equal(together[::97], np.concatenate([predict(row[np.newaxis]) for row in rows[::97]]))


def test_the_model_is_whole_and_has_nothing_to_spare() -> None:
    made = world(6, "logistic-regression", classes=3, levels=1)
    model = onnx.load_from_string(convert.to_onnx(made.model.pipeline, 6))
    onnx.checker.check_model(model, full_check=True)
    assert [len(model.graph.input), len(model.graph.output)] == [1, 1]
    assert {constant.name for constant in model.graph.initializer} <= {
        name for node in model.graph.node for name in node.input
    }


@pytest.mark.parametrize(
    ("classes", "asked", "table"), [(3, {}, False), (0, {"max_depth": "3"}, False), (3, {"max_depth": "2"}, True)]
)
def test_only_leaves_of_several_classes_need_a_table(classes: int, asked: dict[str, Any], table: bool) -> None:
    made = world(9, "random-forest", classes=classes, n_estimators="5", **asked)
    model = onnx.load_from_string(convert.to_onnx(made.model.pipeline, 5))
    assert ("Gather" in {node.op_type for node in model.graph.node}) is table


@pytest.mark.parametrize(("name", "most"), [("MOST_BYTES", 10_000), ("MOST_LEAVES", 100)])
def test_what_is_too_large_stays_with_scikit_learn(monkeypatch: pytest.MonkeyPatch, name: str, most: int) -> None:
    monkeypatch.setattr(convert, name, most)
    made = world(7, "random-forest", classes=2)
    with pytest.raises(Unconvertible, match="are more than"):
        convert.to_onnx(made.model.pipeline, 5)


def test_what_is_unknown_stays_with_scikit_learn() -> None:
    made = world(8, "linear")
    made.model.pipeline.steps[-1] = ("estimator", object())
    with pytest.raises(Unconvertible, match="no nodes are known for object"):
        convert.to_onnx(made.model.pipeline, 5)
