"""Names that a run computes: valid, short, unique, for whatever an execution is called."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.jsonata import evaluate
from spec.base import STAGE
from spec.deployment import LONGEST_NAME
from stacks.workflow.names import Names

pytestmark = pytest.mark.unit

PATTERN = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*")
"""SageMaker's, for jobs, models, configs and endpoints."""

EXECUTIONS = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"], exclude_characters='<>{}[]?*"#%\\^|~`$&,;:/'),
    min_size=1,
    max_size=80,
)
"""What StartExecution takes as a name."""

ASCII = st.characters(codec="ascii")
WORDS = st.from_regex(r"[a-z][a-z0-9]{0,5}(-[a-z0-9]{1,5}){0,2}", fullmatch=True, alphabet=ASCII)
LONG = st.from_regex(r"[a-z][a-z0-9]{14,15}", fullmatch=True, alphabet=ASCII)
STAGES = st.from_regex(STAGE, fullmatch=True, alphabet=ASCII)
CANDIDATES = WORDS.map(lambda word: word[:16].rstrip("-")) | LONG
COUNTS = st.integers(min_value=0, max_value=50)
NAMES = st.builds(Names, stage=STAGES, workload=WORDS | LONG).filter(
    lambda names: len(names.stage) + len(names.workload) <= LONGEST_NAME
)
COMPUTED: dict[str, tuple[Callable[[Names], str], int]] = {
    "prepare_job": (lambda names: names.prepare_job, 63),
    "candidate": (lambda names: names.candidate, 63),
    "model": (lambda names: names.model, 63),
    "rival": (lambda names: names.rival("$candidate.name"), 63),
    "tuning_job": (lambda names: names.tuning_job, 32),
    "config": (lambda names: names.config, 63),
}
"""Names that the state machine computes, and how long they may be."""

OF_CANDIDATES = ("candidate", "model", "rival", "tuning_job")
GIVEN = (
    "stage", "workload", "prefix", "endpoints", "machine", "alarms", "feedback_alarm", "pointer", "config_pattern",
    "model_pattern", "retired",
)  # fmt: skip


def name(expression: str, execution: str, candidate: str, retries: int = 0, redrives: int = 0) -> str:
    context = {
        "Execution": {"Name": execution, "RedriveCount": redrives},
        "State": {"Name": "s", "RetryCount": retries},
    }
    value: str = evaluate(expression, {"states": {"context": context}, "candidate": {"name": candidate}})
    return value


def test_every_name_is_tested_here() -> None:
    assert {member for member in dir(Names) if not member.startswith("_")} | {"stage", "workload"} == {
        *COMPUTED,
        *GIVEN,
    }


@settings(max_examples=25, deadline=None)
@given(names=NAMES, execution=EXECUTIONS, candidate=CANDIDATES, retries=COUNTS, redrives=COUNTS)
@pytest.mark.parametrize("kind", COMPUTED)
def test_names_are_what_sagemaker_takes_and_begin_with_the_workload(
    kind: str, names: Names, execution: str, candidate: str, retries: int, redrives: int
) -> None:
    make, longest = COMPUTED[kind]
    made = name(make(names), execution, candidate, retries, redrives)
    assert PATTERN.fullmatch(made)
    assert len(made) <= longest
    assert made.startswith(f"{names.prefix}-")
    assert re.search(r"-[0-9a-f]{6,10}$", made)


@settings(max_examples=25, deadline=None)
@given(names=NAMES, candidate=CANDIDATES)
def test_names_show_their_candidate_as_far_as_they_have_room(names: Names, candidate: str) -> None:
    assert name(names.candidate, "run", candidate).startswith(f"{names.prefix}-{candidate}-")
    assert name(names.rival("$candidate.name"), "run", candidate).startswith(f"{names.prefix}-{candidate}-")
    shown, _, _ = name(names.tuning_job, "run", candidate).removeprefix(f"{names.prefix}-").rpartition("-")
    assert candidate.startswith(shown)
    assert len(shown) == min(len(candidate), max(0, 32 - len(names.prefix) - 10))


@settings(max_examples=25, deadline=None)
@given(
    names=NAMES,
    tries=st.lists(st.tuples(EXECUTIONS, CANDIDATES, COUNTS, COUNTS), min_size=2, max_size=6, unique=True),
)
@pytest.mark.parametrize("kind", [kind for kind in COMPUTED if kind != "model"])
def test_another_execution_candidate_retry_or_redrive_has_another_name(
    kind: str, names: Names, tries: list[tuple[str, str, int, int]]
) -> None:
    make, _ = COMPUTED[kind]
    told = {one if kind in OF_CANDIDATES else (one[0], *one[2:]) for one in tries}
    assert len({name(make(names), *one) for one in tries}) == len(told)


@settings(max_examples=25, deadline=None)
@given(names=NAMES, one=st.tuples(EXECUTIONS, CANDIDATES), retries=st.tuples(COUNTS, COUNTS), redrives=COUNTS)
def test_a_model_has_the_same_name_in_every_try_and_another_after_a_redrive(
    names: Names, one: tuple[str, str], retries: tuple[int, int], redrives: int
) -> None:
    first, second = (name(names.model, *one, count, redrives) for count in retries)
    assert first == second != name(names.model, *one, retries[0], redrives + 1)


@settings(max_examples=25, deadline=None)
@given(names=NAMES, variant=CANDIDATES)
def test_given_names_keep_to_the_limits_of_their_services(names: Names, variant: str) -> None:
    assert all(PATTERN.fullmatch(endpoint) and len(endpoint) <= 63 for endpoint in names.endpoints)
    assert all(
        re.fullmatch(r"[a-z0-9-]{1,80}", names.machine(kind)) for kind in ("shift", "batch", "fan-out", "retire")
    )
    alarms = (*names.alarms(variant), names.feedback_alarm(variant))
    assert len(set(alarms)) == 3
    assert all(len(alarm) <= 255 for alarm in alarms)
    assert re.fullmatch(r"(/[a-zA-Z0-9_.-]+){1,15}", names.pointer)
    assert len(names.pointer) <= 1_011


@settings(max_examples=25, deadline=None)
@given(names=NAMES, execution=EXECUTIONS)
def test_configs_are_told_from_every_other_name(names: Names, execution: str) -> None:
    ours = name(names.config, execution, "forest")
    others = [name(make(names), execution, "forest") for kind, (make, _) in COMPUTED.items() if kind != "config"]
    found = [evaluate(f"$contains('{one}', {names.config_pattern})", {}) for one in (ours, *others, *names.endpoints)]
    assert found == [True, *[False] * (len(others) + 2)]


def test_a_candidate_called_prepare_does_not_collide_with_the_preparation() -> None:
    names = Names(stage="dev", workload="iris")
    assert name(names.prepare_job, "run", "prepare") != name(names.candidate, "run", "prepare")


def test_configs_of_a_longer_workload_name_are_not_ours() -> None:
    pattern = Names(stage="dev", workload="iris").config_pattern
    assert evaluate(f"$contains('dev-iris-0123456789', {pattern})", {}) is True
    assert evaluate(f"$contains('dev-iris-x-0123456789', {pattern})", {}) is False
