import pytest
from hypothesis import given
from hypothesis import strategies as st
from predict.sticky import choose

pytestmark = pytest.mark.unit
SESSIONS = [f"user-{number}" for number in range(4000)]
WEIGHTS = st.dictionaries(st.sampled_from("abcde"), st.floats(0.01, 100), min_size=2)


@pytest.mark.parametrize("weights", [{"a": 9, "b": 1}, {"a": 0.5, "b": 0.3, "c": 0.2}])
def test_sessions_spread_in_proportion_to_the_weights(weights: dict[str, float]) -> None:
    chosen = [choose(session, weights) for session in SESSIONS]
    for name, weight in weights.items():
        assert chosen.count(name) / len(SESSIONS) == pytest.approx(weight / sum(weights.values()), abs=0.03)


def test_weight_that_moves_moves_its_share_only() -> None:
    before = {session: choose(session, {"a": 0.9, "b": 0.1}) for session in SESSIONS}
    after = {session: choose(session, {"a": 0.7, "b": 0.3}) for session in SESSIONS}
    moved = [(before[session], after[session]) for session in SESSIONS if before[session] != after[session]]
    assert set(moved) == {("a", "b")}
    assert len(moved) / len(SESSIONS) == pytest.approx(0.2, abs=0.03)


@given(WEIGHTS, st.text(min_size=1), st.floats(1, 50))
def test_a_heavier_variant_only_wins_sessions(weights: dict[str, float], session: str, factor: float) -> None:
    name = min(weights)
    before, after = choose(session, weights), choose(session, weights | {name: weights[name] * factor})
    assert after in (before, name)


@given(WEIGHTS, st.text(min_size=1))
def test_a_variant_that_leaves_moves_only_its_own_sessions(weights: dict[str, float], session: str) -> None:
    gone = min(weights)
    before = choose(session, weights)
    after = choose(session, {name: weight for name, weight in weights.items() if name != gone})
    assert before == gone or after == before


def test_variant_without_weight_gets_nobody() -> None:
    assert {choose(session, {"a": 0, "b": 1}) for session in SESSIONS[:100]} == {"b"}
    assert choose("anna", {"a": 0}) is None
