"""The statistics against published values and against plain simulation."""

import numpy as np
import pytest

from trainyard.ab import posterior

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("hits", "rows", "low", "high"),
    [
        (0, 10, 0.000, 0.217),
        (5, 10, 0.224, 0.776),
    ],  # Brown, Cai & DasGupta 2001, table 5
)
def test_a_shares_interval_is_jeffreys(hits: int, rows: int, low: float, high: float) -> None:
    found = posterior.interval(posterior.share([1] * hits + [0] * (rows - hits)))
    assert found == pytest.approx((low, high), abs=6e-4)


def test_a_means_interval_is_students() -> None:
    # Student's own sleep data (1908), the differences: the textbook's interval of the mean is 0.70 to 2.46.
    values = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]
    assert posterior.interval(posterior.mean(values)) == pytest.approx((0.70, 2.46), abs=5e-3)


@pytest.mark.parametrize("higher", [True, False])
def test_the_probability_to_be_best_is_what_simulation_gives(higher: bool) -> None:
    rng = np.random.default_rng(28)
    spreads = {
        "a": posterior.share([1] * 40 + [0] * 10),
        "b": posterior.share([1] * 42 + [0] * 8),
        "c": posterior.mean(rng.normal(0.75, 0.3, 40).tolist()),
    }
    drawn = np.array([one.rvs(200_000, random_state=rng) for one in spreads.values()])
    winner = drawn.argmax(axis=0) if higher else drawn.argmin(axis=0)
    simulated = {name: float((winner == at).mean()) for at, name in enumerate(spreads)}
    assert posterior.best(spreads, higher=higher) == pytest.approx(simulated, abs=5e-3)


def test_two_variants_alike_are_even() -> None:
    alike = posterior.share([1, 0] * 50)
    assert posterior.best({"a": alike, "b": alike}, higher=True) == pytest.approx({"a": 0.5, "b": 0.5}, abs=1e-6)


def test_far_apart_is_certain() -> None:
    good, bad = posterior.mean([1.0, 1.1, 0.9] * 50), posterior.mean([9.0, 9.1, 8.9] * 50)
    assert posterior.best({"good": good, "bad": bad}, higher=False)["good"] == pytest.approx(1, abs=1e-9)


def test_equal_values_are_no_division_by_zero() -> None:
    low, high = posterior.interval(posterior.mean([2.0, 2.0, 2.0]))
    assert low == pytest.approx(2) == high


def test_a_split_as_the_weights_say_is_probable() -> None:
    fit = posterior.weights_fit([905, 95], [0.9, 0.1])
    assert fit is not None
    assert fit > 0.5


def test_a_split_that_the_weights_do_not_explain_is_told() -> None:
    # chi-square = 100 ** 2 / 500 * 2 = 40 with one degree of freedom: 2.54e-10
    assert posterior.weights_fit([600, 400], [1, 1]) == pytest.approx(2.54e-10, rel=1e-2)


@pytest.mark.parametrize(("counts", "weights"), [([4, 0], [0.5, 0.5]), ([100], [1.0]), ([50, 0], [1.0, 0.0])])
def test_few_calls_or_one_variant_say_nothing(counts: list[int], weights: list[float]) -> None:
    assert posterior.weights_fit(counts, weights) is None
