"""Rules that AWS applies across the fields of a candidate."""

import difflib
from collections.abc import Iterable, Iterator, Mapping

from spec.algorithm import BuiltinAlgorithm, ImageAlgorithm, ScriptAlgorithm
from spec.base import Scalar, spelled
from spec.builtins import Hyperparameter, Kind, builtin
from spec.instance import Instance, Spot
from spec.problems import Problem
from spec.tuning import CategoricalRange, ContinuousRange, IntegerRange, Tuning

_Algorithm = BuiltinAlgorithm | ImageAlgorithm | ScriptAlgorithm
_Range = IntegerRange | ContinuousRange | CategoricalRange

_EPOCHS = ("epochs", "numepochs", "n-epochs", "n_epochs", "num_epochs")
RESERVED = ("sagemaker_program", "sagemaker_submit_directory")


def spot_problems(spot: Spot, instance: Instance | None, algorithm: _Algorithm | None) -> Iterator[Problem]:
    """Limits: https://docs.aws.amazon.com/sagemaker/latest/dg/model-managed-spot-training.html."""
    wait = spot.max_wait_seconds
    if instance and wait < instance.max_runtime_seconds:
        yield Problem(("max_wait",), wait, f"at least max_runtime, {instance.max_runtime_seconds} seconds")
    if isinstance(algorithm, BuiltinAlgorithm) and not builtin(algorithm.builtin).checkpoints and wait > 3_600:
        yield Problem(("max_wait",), wait, f"at most 3600 seconds: {algorithm.builtin} writes no checkpoints")


def tuning_problems(tuning: Tuning, algorithm: _Algorithm, metrics: Mapping[str, str] | None) -> Iterator[Problem]:
    """What can be tuned, and towards what."""
    if isinstance(algorithm, BuiltinAlgorithm):
        facts = builtin(algorithm.builtin)
        tunable = {name: known for name, known in facts.hyperparameters.items() if known.tunable}
        for name, searched in tuning.ranges.items():
            yield from _range_problems(name, searched, tunable)
        reported: Iterable[str] | None = facts.metrics
    else:
        reported = metrics
    if reported is not None and tuning.objective not in reported:
        names = ", ".join(reported) or "none yet: add the objective to metrics, with its regular expression"
        yield Problem(("objective",), tuning.objective, f"one of the reported metrics: {names}")


def _range_problems(name: str, searched: _Range, tunable: Mapping[str, Hyperparameter]) -> Iterator[Problem]:
    known = tunable.get(name)
    if known is None:
        yield Problem(("ranges", name), name, f"a hyperparameter that can be tuned: {', '.join(tunable)}")
    elif isinstance(searched, CategoricalRange):
        refused = [value for value in searched.categorical if not known.accepts(value)]
        if refused:
            yield Problem(("ranges", name, "categorical"), refused, known.allowed)
    elif known.type not in (
        kind := "integer" if isinstance(searched, IntegerRange) else "continuous",
        "continuous",
    ):
        yield Problem(("ranges", name), kind, f"{known.type}: {known.allowed}")
    else:
        bounds = searched.integer if isinstance(searched, IntegerRange) else searched.continuous
        if not all(map(known.spans, bounds)):
            yield Problem(("ranges", name, kind), list(bounds), known.allowed)


def hyperparameter_problems(
    given: Mapping[str, Scalar], algorithm: _Algorithm, tuning: Tuning | None
) -> Iterator[Problem]:
    """Whether the algorithm takes the fixed hyperparameters."""
    tuned = tuning.ranges if tuning else {}
    for name in given:
        if name in tuned:
            yield Problem((name,), given[name], "either fixed here or in tuning.ranges, not both")
    for name in RESERVED:
        if name in given:
            yield Problem((name,), given[name], "nothing: it is set for script mode")
    if isinstance(algorithm, BuiltinAlgorithm):
        yield from _builtin_problems(given, algorithm.builtin)
    if tuning and tuning.strategy == "Hyperband" and not any(name in given for name in _EPOCHS):
        yield Problem((), dict(given), f"Hyperband needs the most epochs, in one of {', '.join(_EPOCHS)}")


def _builtin_problems(given: Mapping[str, Scalar], name: str) -> Iterator[Problem]:
    known = builtin(name).hyperparameters
    for key, value in given.items():
        if key not in known:
            yield Problem((key,), value, f"a hyperparameter of {name}; {near(key, known)}")
        elif not known[key].accepts(value):
            yield Problem((key,), value, known[key].allowed)


def missing_problems(given: Mapping[str, Scalar], algorithm: _Algorithm, tuning: Tuning | None) -> Iterator[Problem]:
    """What a built-in requires that is neither fixed nor searched."""
    if not isinstance(algorithm, BuiltinAlgorithm):
        return
    for name, facts in builtin(algorithm.builtin).hyperparameters.items():
        if facts.required and name not in {*given, *(tuning.ranges if tuning else ())}:
            yield Problem((name,), None, f"required by {algorithm.builtin}: {facts.allowed}")


def objective_problems(tuning: Tuning | None, algorithm: BuiltinAlgorithm, kind: Kind) -> Iterator[Problem]:
    """Whether the built-in reports the objective for this kind of target, and which way is better."""
    metrics = builtin(algorithm.builtin).metrics
    if tuning is None or tuning.objective not in metrics:
        return
    metric = metrics[tuning.objective]
    if kind not in metric.kinds:
        fitting = ", ".join(name for name, other in metrics.items() if kind in other.kinds)
        yield Problem(("tuning", "objective"), tuning.objective, f"a metric for a {kind} target: {fitting}")
    elif tuning.direction != metric.direction:
        yield Problem(("tuning", "direction"), tuning.direction, f"{metric.direction} for {tuning.objective}")


def contradictions(given: Mapping[str, Scalar], follows: Mapping[str, tuple[str, ...]], task: str) -> Iterator[Problem]:
    """Hyperparameters that say something else than the task does."""
    for name, choices in follows.items():
        if name in given and spelled(given[name]) not in choices:
            allowed = f"{' or '.join(choices) or 'nothing'}: it follows from the task ({task}); leave it out"
            yield Problem(("hyperparameters", name), given[name], allowed)


def near(name: str, known: Iterable[str]) -> str:
    """The name that was probably meant, or all of them."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {close[0]}?" if close else f"known are {', '.join(names)}"
