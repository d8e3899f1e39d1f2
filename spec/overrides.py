"""What a run may be told in place of what workload.yaml says, as rules that travel with the state machine.

A rule is JSON: a little of JSON Schema, and `allowed`, what it asks for in words. The facts are those that the
file is checked by, so that a run is refused what the file would be refused. The state machine reads the rules
(stacks/workflow/input_rules.py); so does the command line, from there.
"""

from collections.abc import Iterable
from typing import Any

from spec import builtins
from spec.algorithm import BuiltinAlgorithm
from spec.base import IN_WORDS, INSTANCE_TYPE, Model, Scalar
from spec.builtins import Hyperparameter
from spec.candidate import Candidate
from spec.gate import METRICS
from spec.instance import DAY, EndpointInstance, Instance
from spec.override_ranges import SCALAR, leaf, ranges
from spec.rules import RESERVED
from spec.tuning import Tuning
from spec.workload import Workload

Rule = dict[str, Any]


def input_rules(workload: Workload, places: Iterable[str]) -> Rule:
    """Rules for the whole input; `places` are the prefixes in S3 whose data the jobs may read."""
    every = workload.candidates.items()
    tuned = {name: _tuning(candidate) for name, candidate in every if candidate.tuning}
    members = {
        "data": _object({"uri": _place(tuple(places))}),
        "hyperparameters": _object({name: _hyperparameters(candidate, workload) for name, candidate in every}),
        "instance": _object({name: _instance(candidate) for name, candidate in every}),
        "weights": _object(dict.fromkeys(workload.candidates, leaf(Hyperparameter(type="continuous", min=0)))),
        "candidates": _names(workload.candidates),
        "gate": _gate(METRICS[workload.task]),
    }
    if tuned:
        members["tuning"] = _object(tuned)
    if workload.endpoint.instance:
        members["endpoint"] = _endpoint()
    return _object(members)


def _object(properties: dict[str, Rule]) -> Rule:
    return {"type": "object", "properties": properties, "allowed": f"an object with some of {', '.join(properties)}"}


def _place(places: tuple[str, ...]) -> Rule:
    return {
        "type": "string",
        "format": "place",
        "prefixes": list(places),
        "allowed": f"begins with {' or '.join(places)}",
    }


def _names(names: Iterable[str]) -> Rule:
    words = ", ".join(names)
    item = {"enum": list(names), "allowed": f"one of {words}"}
    return {"type": "array", "items": item, "minItems": 1, "allowed": f"a list of at least one of {words}"}


def _gate(metrics: tuple[str, ...]) -> Rule:
    bound = leaf(Hyperparameter(type="continuous"))
    metric = {"enum": list(metrics), "allowed": f"one of {', '.join(metrics)}"}
    no_worse = _object({"tolerance": leaf(Hyperparameter(type="continuous", min=0))})
    return _object({"metric": metric, "min": bound, "max": bound, "no_worse_than_live": no_worse})


def _endpoint() -> Rule:
    members = {"type": _instance_type(), "count": _field(EndpointInstance, "count")}
    return _object({"instance": _object(members)})


def _instance(candidate: Candidate) -> Rule:
    longest = candidate.spot.max_wait_seconds if candidate.spot else 28 * DAY
    return _object(
        {
            "type": _instance_type(),
            "count": _field(Instance, "count"),
            "volume_gb": _field(Instance, "volume_gb"),
            "max_runtime": leaf(Hyperparameter(type="integer", min=1, max=longest), unit=" of seconds"),
        }
    )


def _instance_type() -> Rule:
    return {"type": "string", "format": "instance-type", "maxLength": 32, "allowed": IN_WORDS[INSTANCE_TYPE]}


def _field(model: type[Model], name: str) -> Rule:
    """A whole number within the bounds that the field of a model has."""
    schema = model.model_json_schema()["properties"][name]
    bounds = schema.get("anyOf", [schema])[0]
    return leaf(Hyperparameter(type="integer", min=bounds.get("minimum"), max=bounds.get("maximum")))


def _hyperparameters(candidate: Candidate, workload: Workload) -> Rule:
    searched = candidate.tuning.ranges if candidate.tuning else {}
    special = {
        **{name: _never("nothing: it is set for script mode") for name in RESERVED},
        **_decided(candidate, workload),
        **{name: _never("searched by tuning: give tuning.ranges one categorical value") for name in searched},
    }
    if isinstance(candidate.algorithm, BuiltinAlgorithm):
        known = builtins.builtin(candidate.algorithm.builtin).hyperparameters
        return _object(
            {name: leaf(facts) for name, facts in known.items()} | {n: r for n, r in special.items() if n in known}
        )
    return _object(special) | {
        "additionalProperties": SCALAR,
        "longestName": 256,
        "allowed": "an object of names and values",
    }


def _decided(candidate: Candidate, workload: Workload) -> dict[str, Rule]:
    """What the task decides: only what leaves the rest of the run, the decoder too, as it is."""
    task, classes = workload.task, workload.data.classes
    if workload.horizon:
        series = workload.data.series(workload.horizon)
        return {name: _one_of((value,), task) for name, value in series.items()}
    own = candidate.training_hyperparameters(task, classes)

    def same(name: str, value: str) -> bool:
        other = candidate.model_copy(update={"hyperparameters": {**candidate.hyperparameters, name: value}})
        left = other.training_hyperparameters(task, classes)
        return other.decoder(task) == candidate.decoder(task) and left | {name: ""} == own | {name: ""}

    decided = candidate.follows(task, classes)
    return {name: _one_of([value for value in values if same(name, value)], task) for name, values in decided.items()}


def _one_of(values: Iterable[str], task: str) -> Rule:
    words: list[Scalar] = list(values)
    numbers = [int(word) for word in values if word.isdecimal()]
    allowed = f"{' or '.join(map(str, words)) or 'nothing'}: it follows from the task ({task})"
    return {"enum": [*words, *numbers], "allowed": allowed} if words else _never(allowed)


def _tuning(candidate: Candidate) -> Rule:
    tuning = candidate.tuning
    if tuning is None:
        raise ValueError("only what is tuned has rules for it")
    tunable = None
    if isinstance(candidate.algorithm, BuiltinAlgorithm):
        known = builtins.builtin(candidate.algorithm.builtin).hyperparameters
        tunable = {name: facts for name, facts in known.items() if facts.tunable}
    fixed = {name: _never("another one: it is fixed in workload.yaml") for name in candidate.hyperparameters}
    jobs = 10_000 if tuning.strategy in ("Random", "Grid") else 750
    members = {
        "max_jobs": leaf(Hyperparameter(type="integer", min=1, max=jobs)),
        "max_parallel_jobs": _field(Tuning, "max_parallel_jobs"),
        "ranges": ranges(tuning, tunable, fixed),
    }
    return _object(members)


def _never(words: str) -> Rule:
    return {"type": "nothing", "allowed": words}
