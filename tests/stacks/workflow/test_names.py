"""Names that a run computes: valid, short, unique, for whatever an execution is called."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.jsonata import evaluate
from stacks.workflow.names import Names

pytestmark = pytest.mark.unit

PATTERN = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*")
EXECUTIONS = st.text(min_size=1, max_size=80)
WORD = st.from_regex(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", fullmatch=True, alphabet=st.characters(codec="ascii"))
COUNTS = st.integers(min_value=0, max_value=50)


def name(expression: str, execution: str, candidate: str, retries: int = 0, redrives: int = 0) -> str:
    context = {
        "Execution": {"Name": execution, "RedriveCount": redrives},
        "State": {"Name": "s", "RetryCount": retries},
    }
    value: str = evaluate(expression, {"states": {"context": context}, "candidate": {"name": candidate}})
    return value


@settings(max_examples=40, deadline=None)
@given(
    execution=EXECUTIONS,
    workload=WORD.filter(lambda w: len(w) <= 16),
    candidate=WORD.filter(lambda w: len(w) <= 16),
)
def test_names_are_valid_for_every_execution(execution: str, workload: str, candidate: str) -> None:
    names = Names(stage="stagingx", workload=workload)
    for expression, longest in (
        (names.prepare_job, 63),
        (names.candidate, 63),
        (names.config, 63),
        (names.tuning_job, 32),
    ):
        made = name(expression, execution, candidate)
        assert PATTERN.fullmatch(made)
        assert len(made) <= longest
        assert made.startswith(f"stagingx-{workload}-")


@settings(max_examples=40, deadline=None)
@given(execution=EXECUTIONS, tries=st.lists(st.tuples(COUNTS, COUNTS), min_size=2, max_size=6, unique=True))
def test_a_retry_or_redrive_gets_a_new_name(execution: str, tries: list[tuple[int, int]]) -> None:
    names = Names(stage="dev", workload="iris")
    assert len({name(names.candidate, execution, "forest", *one) for one in tries}) == len(tries)


def test_a_candidate_called_prepare_does_not_collide_with_the_preparation() -> None:
    names = Names(stage="dev", workload="iris")
    assert name(names.prepare_job, "run", "prepare") != name(names.candidate, "run", "prepare")


def test_configs_of_a_longer_workload_name_are_not_ours() -> None:
    pattern = Names(stage="dev", workload="iris").config_pattern
    assert evaluate(f"$contains('dev-iris-0123456789', {pattern})", {}) is True
    assert evaluate(f"$contains('dev-iris-x-0123456789', {pattern})", {}) is False
