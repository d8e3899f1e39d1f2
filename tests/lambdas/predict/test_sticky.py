"""How many sessions meet which variant, and who moves when the weights do.

A session's draws are a hash's, so of n sessions those that do what has the chance p are binomial: n * p, with a
standard deviation of sqrt(n * p * (1 - p)). Six of these are crossed once in half a billion trials; six sessions more
allow for small means, where the tail is longer.
"""

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from predict.sticky import choose

pytestmark = pytest.mark.unit
SESSIONS = [f"user-{number}" for number in range(2000)]
DEVIATIONS = 6
WEIGHTS = st.dictionaries(st.sampled_from("abcde"), st.floats(0.01, 100), min_size=2)
PREFIX = st.text(max_size=8)
Weights = dict[str, float]
many_sessions = settings(deadline=None, max_examples=25)


def share(weights: Weights, name: str) -> float:
    return weights.get(name, 0) / sum(weights.values())


def counted(prefix: str, counts: Callable[[str], bool]) -> int:
    return sum(counts(prefix + session) for session in SESSIONS)


def assert_binomial(count: int, chance: float) -> None:
    mean, room = len(SESSIONS) * chance, math.sqrt(len(SESSIONS) * chance * (1 - chance))
    assert abs(count - mean) <= DEVIATIONS * room + DEVIATIONS


@many_sessions
@given(WEIGHTS, PREFIX)
def test_sessions_spread_in_proportion_to_the_weights(weights: Weights, prefix: str) -> None:
    chosen = [choose(prefix + session, weights) for session in SESSIONS]
    for name in weights:
        assert_binomial(chosen.count(name), share(weights, name))


@many_sessions
@given(WEIGHTS, st.floats(0, 100), PREFIX)
def test_weight_that_changes_moves_the_difference_of_its_shares_and_no_more(
    weights: Weights, weight: float, prefix: str
) -> None:
    name = min(weights)
    after = weights | {name: weight}
    moved = counted(prefix, lambda session: choose(session, weights) != choose(session, after))
    assert_binomial(moved, abs(share(after, name) - share(weights, name)))


@settings(deadline=None)
@given(WEIGHTS, WEIGHTS, st.text(min_size=1))
def test_session_moves_only_to_a_variant_whose_weight_grew_against_its_own(
    before: Weights, after: Weights, session: str
) -> None:
    old, new = choose(session, before), choose(session, after)
    assert old is not None
    assert new is not None
    if old != new:
        assert after[new] * before[old] >= after.get(old, 0) * before.get(new, 0)


@settings(deadline=None)
@given(WEIGHTS, st.text(min_size=1), st.floats(1, 50))
def test_a_heavier_variant_only_wins_sessions(weights: Weights, session: str, factor: float) -> None:
    name = min(weights)
    before, after = choose(session, weights), choose(session, weights | {name: weights[name] * factor})
    assert after in (before, name)


@settings(deadline=None)
@given(WEIGHTS, st.text(min_size=1), st.integers(-5, 5))
def test_weights_that_all_change_alike_move_nobody(weights: Weights, session: str, doublings: int) -> None:
    scaled = {name: weight * 2**doublings for name, weight in weights.items()}
    assert choose(session, scaled) == choose(session, weights)


@many_sessions
@given(WEIGHTS, PREFIX)
def test_a_variant_that_leaves_moves_its_own_sessions_and_only_these(weights: Weights, prefix: str) -> None:
    gone = min(weights)
    left = {name: weight for name, weight in weights.items() if name != gone}
    for session in (prefix + session for session in SESSIONS[:200]):
        before, after = choose(session, weights), choose(session, left)
        assert after != gone
        assert before in (gone, after)


@many_sessions
@given(WEIGHTS.filter(lambda weights: len(weights) > 2), PREFIX)
def test_sessions_of_a_variant_that_leaves_spread_over_the_others_by_weight(weights: Weights, prefix: str) -> None:
    gone, heir = min(weights), max(weights)
    left = {name: weight for name, weight in weights.items() if name != gone}
    moved = counted(prefix, lambda session: (choose(session, weights), choose(session, left)) == (gone, heir))
    assert_binomial(moved, share(weights, gone) * share(left, heir))


@settings(deadline=None)
@given(WEIGHTS, st.text(min_size=1))
def test_order_in_which_variants_are_told_does_not_matter(weights: Weights, session: str) -> None:
    assert choose(session, dict(reversed(weights.items()))) == choose(session, weights)


def test_variant_without_weight_gets_nobody() -> None:
    assert {choose(session, {"a": 0, "b": 1}) for session in SESSIONS[:100]} == {"b"}
    assert choose("anna", {"a": 0}) is None
