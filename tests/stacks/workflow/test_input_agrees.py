"""What the file would be refused, a run is refused: overrides, against the spec's verdict on the file they make."""

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from local.jsonata import evaluate
from spec import document
from spec.workload import Workload
from tests.spec.cases import FOLDER
from tests.stacks.workflow.machines import checking, workload

pytestmark = pytest.mark.unit

Json = dict[str, Any]
NAMES = ("boston", "hyperband", "grid", "spot")
FILES = {name: document.read((FOLDER / "valid" / f"{name}.yaml").read_text(encoding="utf-8"))[0] for name in NAMES}
FIRST = {name: checking(workload(name))["States"] for name in NAMES}

NUMBERS = st.sampled_from([-1, 0, 1, 2, 3, 8, 40, 100, 101, 5000, 0.25, 1.5])
VALUES = NUMBERS | st.sampled_from(["auto", "dart", "x", True, False])
PARAMETERS = st.sampled_from(
    ["max_depth", "eta", "num_round", "booster", "l1", "use_bias", "rate", "epochs", "nonsense"]
)
PAIRS = st.tuples(NUMBERS, NUMBERS).map(list)
SCALINGS = st.sampled_from(["Auto", "Logarithmic", "ReverseLogarithmic", "Log"])
RANGES = st.one_of(
    st.fixed_dictionaries({"integer": PAIRS}, optional={"scaling": SCALINGS}),
    st.fixed_dictionaries({"continuous": PAIRS}, optional={"scaling": SCALINGS}),
    st.fixed_dictionaries({"categorical": st.lists(VALUES, max_size=3)}),
)
TYPES = st.sampled_from(["ml.m5.large", "ml.p3.16xlarge", "m5.large", "ml.m5.huge", 5])
COUNTS = st.sampled_from([0, 1, 7, 100, 101])
GATES = st.fixed_dictionaries(
    {}, optional={"metric": st.sampled_from(["rmse", "r2", "accuracy"]), "min": VALUES, "max": VALUES}
).filter(lambda gate: "metric" not in gate or "min" in gate or "max" in gate)


@st.composite
def overrides(draw: st.DrawFn) -> tuple[str, Json]:
    """A workload and an input of one or two members, about half of them sound."""
    name = draw(st.sampled_from(NAMES))
    whole = FILES[name]
    candidates = st.sampled_from(list(whole["candidates"]))
    tuned = [candidate for candidate, value in whole["candidates"].items() if "tuning" in value]
    searches = st.fixed_dictionaries(
        {},
        optional={
            "max_jobs": NUMBERS,
            "max_parallel_jobs": NUMBERS,
            "ranges": st.dictionaries(PARAMETERS, RANGES, max_size=2),
        },
    )
    machines = st.fixed_dictionaries(
        {}, optional={"type": TYPES, "count": COUNTS, "volume_gb": COUNTS, "max_runtime": COUNTS}
    )
    members: dict[str, st.SearchStrategy[Any]] = {
        "hyperparameters": st.dictionaries(candidates, st.dictionaries(PARAMETERS, VALUES, max_size=2), max_size=2),
        "instance": st.dictionaries(candidates, machines, max_size=2),
        "candidates": st.lists(candidates, max_size=2, unique=True),
        "gate": GATES,
        "endpoint": st.fixed_dictionaries(
            {"instance": st.fixed_dictionaries({}, optional={"type": TYPES, "count": COUNTS})}
        ),
    }
    if tuned:
        members["tuning"] = st.dictionaries(st.sampled_from(tuned), searches, max_size=1)
    if "weights" in whole["endpoint"]:
        members["weights"] = st.dictionaries(candidates, NUMBERS | st.sampled_from(["1", None]), max_size=2)
    chosen = draw(st.sets(st.sampled_from(sorted(members)), min_size=1, max_size=2))
    return name, {member: draw(members[member]) for member in sorted(chosen)}


def as_file(name: str, told: Json) -> Json:
    """The workload.yaml that says what the run is told."""
    whole = copy.deepcopy(FILES[name])
    for candidate, value in told.get("hyperparameters", {}).items():
        whole["candidates"][candidate].setdefault("hyperparameters", {}).update(value)
    for candidate, value in told.get("instance", {}).items():
        whole["candidates"][candidate].setdefault("instance", {}).update(value)
    for candidate, value in told.get("tuning", {}).items():
        tuning = whole["candidates"][candidate]["tuning"]
        ranges = tuning["ranges"] | value.get("ranges", {})
        tuning |= value | {"ranges": ranges}
    whole["endpoint"].get("weights", {}).update(told.get("weights", {}))
    whole["endpoint"]["instance"] |= told.get("endpoint", {}).get("instance", {})
    gate = told.get("gate", {})
    bounds = {} if "min" in gate or "max" in gate else whole["gate"]
    whole["gate"] = {"metric": whole["gate"]["metric"]} | bounds | gate
    if "candidates" in told:
        for group in (whole["candidates"], whole["endpoint"].get("weights", {})):
            for other in set(group) - set(told["candidates"]):
                del group[other]
    return whole


def accepted(value: Json, folder: Path) -> bool:
    try:
        Workload.model_validate(value, context={"folder": folder})
    except ValidationError:
        return False
    return True


@settings(max_examples=60, deadline=None, derandomize=True)
@given(case=overrides())
def test_the_plan_refuses_what_the_spec_would_refuse_and_nothing_else(case: tuple[str, Json]) -> None:
    name, told = case
    states = FIRST[name]
    bindings = states["Read workload"]["Assign"] | {"states": {"context": {"Execution": {"Input": told}}}}
    problems = evaluate(states["Check input"]["Assign"]["problems"][2:-2], bindings)
    everything = {member: value for member, value in told.items() if member != "candidates"}
    sound = all(accepted(as_file(name, one), FOLDER / "valid") for one in (everything, told))
    assert (problems == "") == sound, problems
