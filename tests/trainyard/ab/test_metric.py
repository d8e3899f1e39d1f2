import pytest

from trainyard.ab import metric

pytestmark = pytest.mark.unit


def test_accuracy_has_an_interval_and_a_probability() -> None:
    found = metric.read("classification", {"a": [1.0] * 90 + [0.0] * 10, "b": [1.0] * 60 + [0.0] * 40})
    assert found["a"].value == 0.9
    assert found["a"].low is not None
    assert found["a"].high is not None
    assert found["a"].low < 0.9 < found["a"].high
    assert found["a"].probability_best == pytest.approx(1, abs=1e-3)


def test_of_errors_the_smaller_is_the_better_whatever_their_sign() -> None:
    found = metric.read("regression", {"a": [-1.0, 1.2, -0.9] * 20, "b": [3.0, -2.5, 2.8] * 20})
    assert found["a"].value == pytest.approx(31 / 30)
    assert found["a"].probability_best == pytest.approx(1, abs=1e-6)
    assert found["b"].also == pytest.approx({"mse": 23.09 / 3, "rmse": (23.09 / 3) ** 0.5, "bias": 1.1})


def test_too_few_rows_of_one_variant_give_no_probability() -> None:
    found = metric.read("classification", {"a": [1.0] * 500, "b": [0.0] * 29})
    assert [one.probability_best for one in found.values()] == [None, None]
    assert found["b"].high is not None


def test_one_value_has_no_interval_and_none_has_nothing() -> None:
    found = metric.read("regression", {"a": [2.0], "b": []})
    assert (found["a"].value, found["a"].low) == (2.0, None)
    assert (found["b"].rows, found["b"].value) == (0, None)


def test_a_variant_that_is_alone_is_not_called_the_best() -> None:
    assert metric.read("classification", {"a": [1.0] * 100})["a"].probability_best is None
