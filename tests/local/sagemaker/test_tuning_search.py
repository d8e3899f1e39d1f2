import math
from collections.abc import Callable, Sequence
from statistics import median

import pytest

from local.sagemaker.tuning.ranges import CategoricalRange, ContinuousRange, IntegerRange, Range
from local.sagemaker.tuning.search import Search
from local.sagemaker.tuning.strategies import Plan, Strategy

pytestmark = pytest.mark.unit

BOWL = (
    ContinuousRange(name="x", low=-5, high=5),
    ContinuousRange(name="rate", low=1e-4, high=1, logarithmic=True),
    ContinuousRange(name="momentum", low=0.5, high=0.999, reverse=True),
)
DEPTHS = (IntegerRange(name="depth", low=1, high=6),)


def bowl(values: dict[str, str]) -> float:
    """A smooth function with one lowest point, round on the scales of its ranges."""
    x, rate, momentum = (float(values[name]) for name in ("x", "rate", "momentum"))
    return (x - 1.3) ** 2 + (math.log10(rate) + 2) ** 2 + (math.log10(1 - momentum) + 1.5) ** 2


def new(strategy: Strategy, ranges: Sequence[Range], seed: int | None = 1, jobs: int = 30, **more: int) -> Search:
    plan = Plan(
        name="tune",
        strategy=strategy,
        ranges=ranges,
        maximize=False,
        jobs=jobs,
        seed=seed,
        min_resource=more.get("low", 1),
        max_resource=more.get("high"),
    )
    return Search(plan)


def drive(search: Search, jobs: int, evaluate: Callable[[dict[str, str]], float] = bowl) -> list[dict[str, str]]:
    """Evaluate candidates one after the other and return them."""
    seen = []
    for _ in range(jobs):
        candidate = search.ask()
        if candidate is None:
            break
        search.tell(candidate.number, evaluate(candidate.values))
        seen.append(candidate.values)
    return seen


def test_bayesian_search_beats_random_search_on_a_smooth_function() -> None:
    def best(strategy: Strategy, seed: int) -> float:
        return min(map(bowl, drive(new(strategy, BOWL, seed), 30)))

    seeds = range(9)
    bayesian, at_random = ([best(strategy, seed) for seed in seeds] for strategy in ("Bayesian", "Random"))
    assert median(bayesian) < median(at_random)
    assert max(bayesian) < max(at_random)


@pytest.mark.parametrize("strategy", ["Random", "Hyperband"])
def test_the_same_seed_draws_the_same_values_whatever_they_yield(strategy: Strategy) -> None:
    first = drive(new(strategy, BOWL, seed=7, high=9), 5)
    again = drive(new(strategy, BOWL, seed=7, high=9), 5, evaluate=lambda _: 0.5)
    other = drive(new(strategy, BOWL, seed=8, high=9), 5)
    assert first == again
    assert first != other


@pytest.mark.parametrize("strategy", ["Random", "Bayesian"])
def test_no_values_are_tried_twice_and_a_small_space_is_used_up(strategy: Strategy) -> None:
    seen = [values["depth"] for values in drive(new(strategy, DEPTHS), 9, evaluate=lambda item: float(item["depth"]))]
    assert sorted(seen) == ["1", "2", "3", "4", "5", "6"]


def test_values_stay_within_their_ranges_and_scales() -> None:
    seen = drive(new("Random", BOWL), 200)
    rates = [float(values["rate"]) for values in seen]
    momenta = [float(values["momentum"]) for values in seen]
    assert all(1e-4 <= rate <= 1 for rate in rates)
    assert all(0.5 <= momentum <= 0.999 for momentum in momenta)
    assert 0.4 < sum(rate < 1e-2 for rate in rates) / 200 < 0.6  # half of the decades
    assert sum(momentum > 0.95 for momentum in momenta) / 200 > 0.5  # a linear scale has 10% there


def test_grid_search_takes_every_combination_in_order() -> None:
    ranges = (CategoricalRange(name="tree", values=("hist", "exact")), CategoricalRange(name="rate", values=("1", "2")))
    seen = [tuple(values.values()) for values in drive(new("Grid", ranges), 9, evaluate=lambda _: 0.0)]
    assert seen == [("hist", "1"), ("hist", "2"), ("exact", "1"), ("exact", "2")]


def test_parallel_candidates_differ() -> None:
    search = new("Bayesian", BOWL)
    drive(search, 12)
    waiting = [search.ask() for _ in range(4)]
    assert len({item.values["x"] for item in waiting if item}) == 4


def test_a_failed_candidate_does_not_end_the_search() -> None:
    search = new("Bayesian", BOWL)
    for _ in range(12):
        candidate = search.ask()
        assert candidate
        search.tell(candidate.number, None if candidate.number % 2 else bowl(candidate.values))
    assert search.ask()


def test_hyperband_gives_the_promising_more_steps_and_ends_all_at_the_most() -> None:
    search = new("Hyperband", DEPTHS, low=1, high=9)
    steps = {}
    for _ in range(6):
        candidate = search.ask()
        assert candidate
        depth = int(candidate.values["depth"])
        steps[depth] = next(step for step in range(1, 50) if search.hopeless(candidate.number, step, float(depth)))
        search.tell(candidate.number, float(depth))
    assert steps[1] == 9  # the best goes to the end, and no further
    assert set(steps.values()) <= {1, 3, 9}
    assert min(steps.values()) < 9


def test_hyperband_stops_nobody_before_the_least_resource() -> None:
    search = new("Hyperband", BOWL, low=4, high=9)
    for _ in range(12):
        candidate = search.ask()
        assert candidate
        value = bowl(candidate.values)
        assert not any(search.hopeless(candidate.number, step, value) for step in range(1, 4))
        search.tell(candidate.number, value)


def test_what_is_known_before_guides_a_bayesian_search() -> None:
    taught, untaught = new("Bayesian", BOWL, seed=3, jobs=4), new("Bayesian", BOWL, seed=3, jobs=4)
    for values in drive(new("Random", BOWL, seed=11), 60):
        taught.know(values, bowl(values))
    taught.know({"x": "99", "rate": "0.1", "momentum": "0.9"}, -1000.0)  # outside of the ranges: ignored
    assert min(map(bowl, drive(taught, 4))) < min(map(bowl, drive(untaught, 4)))


def test_suggested_values_come_first() -> None:
    search = new("Random", DEPTHS)
    search.suggest({"depth": "5"})
    search.suggest({"depth": "99"})
    assert drive(search, 1, evaluate=lambda _: 0.0) == [{"depth": "5"}]
