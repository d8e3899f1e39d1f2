from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.sagemaker.errors import AwsError
from local.sagemaker.tuning.rangeparsing import parse
from local.sagemaker.tuning.ranges import CategoricalRange, ContinuousRange, IntegerRange, combinations
from local.sagemaker.tuning.search import Search
from local.sagemaker.tuning.strategies import Plan

pytestmark = pytest.mark.unit


def integer(low: str, high: str, **more: Any) -> dict[str, Any]:
    return {"IntegerParameterRanges": [{"Name": "depth", "MinValue": low, "MaxValue": high, **more}]}


def continuous(low: str, high: str, **more: Any) -> dict[str, Any]:
    return {"ContinuousParameterRanges": [{"Name": "eta", "MinValue": low, "MaxValue": high, **more}]}


@pytest.mark.parametrize(
    ("ranges", "message"),
    [
        (integer("5", "4"), "must be less than or equal to MaxValue"),
        (integer("1.5", "4"), "must be integers"),
        (integer("one", "4"), "must be numbers"),
        (integer("0", "4", ScalingType="Logarithmic"), "only values greater than 0"),
        (integer("1", "4", ScalingType="ReverseLogarithmic"), "not supported for the integer"),
        (integer("0", "1e30"), "too wide"),
        (continuous("-1e308", "1e308"), "too wide"),
        (continuous("nan", "4"), "must be numbers"),
        (continuous("0", "inf"), "must be numbers"),
        (continuous("0", "1", ScalingType="Logarithmic"), "only values greater than 0"),
        (continuous("0", "1", ScalingType="ReverseLogarithmic"), r"entirely within the range 0<=x<1\.0"),
        (continuous("-0.1", "0.5", ScalingType="ReverseLogarithmic"), r"entirely within the range 0<=x<1\.0"),
        ({"CategoricalParameterRanges": [{"Name": "tree", "Values": ["a", "a"]}]}, "must be distinct"),
        ({}, "at least one hyperparameter range"),
        ({**integer("1", "2"), "CategoricalParameterRanges": [{"Name": "depth", "Values": ["a"]}]}, "duplicate"),
        (
            {
                "IntegerParameterRanges": [{"Name": f"i{n}", "MinValue": "1", "MaxValue": "2"} for n in range(16)],
                "ContinuousParameterRanges": [{"Name": f"c{n}", "MinValue": "1", "MaxValue": "2"} for n in range(15)],
            },
            "at most 30 hyperparameters; 31",
        ),
    ],
)
def test_a_range_that_cannot_be_searched_is_refused(ranges: dict[str, Any], message: str) -> None:
    with pytest.raises(AwsError, match=message):
        parse(ranges)


def test_auto_scales_by_orders_of_magnitude() -> None:
    (wide,) = parse(continuous("0.0001", "1"))
    (narrow,) = parse(continuous("0.1", "0.5"))
    (zero,) = parse(integer("0", "100000"))
    assert isinstance(wide, ContinuousRange)
    assert wide.logarithmic
    assert isinstance(narrow, ContinuousRange)
    assert not narrow.logarithmic
    assert isinstance(zero, IntegerRange)
    assert not zero.logarithmic


def test_values_go_to_the_search_and_back() -> None:
    momentum = ContinuousRange(name="momentum", low=0, high=0.999, reverse=True)
    assert momentum.text(momentum.drawn("0.99")) == "0.99"
    assert momentum.text(1.0000001) == "0.0"  # what floats add at the ends is cut off
    assert momentum.drawn("0.9995") is None
    assert IntegerRange(name="depth", low=1, high=9).drawn("3.5") is None
    assert IntegerRange(name="depth", low=1, high=9).drawn("7") == 7
    assert CategoricalRange(name="tree", values=("hist",)).drawn("exact") is None


def test_combinations_are_counted() -> None:
    assert combinations(parse(integer("1", "5"))) == 5
    assert combinations(parse(continuous("1", "1"))) == 1
    assert combinations(parse({**integer("1", "5"), **continuous("0", "1")})) == float("inf")


SCALINGS = ("Auto", "Linear", "Logarithmic", "ReverseLogarithmic")
NUMBERS = st.integers(-(10**18), 10**18) | st.floats(allow_nan=False) | st.floats(0, 1)


@settings(max_examples=40, deadline=None)
@given(make=st.sampled_from([integer, continuous]), ends=st.tuples(NUMBERS, NUMBERS), scaling=st.sampled_from(SCALINGS))
def test_a_range_is_refused_or_searched_within_its_bounds(make: Any, ends: tuple[float, float], scaling: str) -> None:
    low, high = sorted(ends)
    try:
        (found,) = parse(make(str(low), str(high), ScalingType=scaling))
    except AwsError:
        return
    search = Search(Plan(name="tune", strategy="Bayesian", ranges=[found], maximize=True, jobs=4, seed=1))
    for objective in range(5):
        if candidate := search.ask():
            assert found.drawn(candidate.values[found.name]) is not None
            search.tell(candidate.number, float(objective))
