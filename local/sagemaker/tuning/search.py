"""Where the next set of hyperparameters comes from: AWS's strategies on top of Optuna.

Grid goes through all combinations in order; the others ask Optuna. No set of values is proposed twice.
"""

import itertools
import random
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.sagemaker.tuning import strategies
from local.sagemaker.tuning.ranges import CategoricalRange, ContinuousRange, IntegerRange, Range, combinations
from local.sagemaker.tuning.strategies import Plan

if TYPE_CHECKING:
    from optuna.trial import Trial

_REDRAWS = 20
_ENUMERABLE = 100_000


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A set of hyperparameters to evaluate; `number` names it to the search."""

    number: int
    values: dict[str, str]


class Search:
    """One search over one set of ranges. Not safe for threads: its controller has it alone."""

    def __init__(self, plan: Plan) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._plan = plan
        self._tried: set[tuple[str, ...]] = set()
        self._trials: dict[int, Trial] = {}
        self._random = random.Random(plan.seed)  # noqa: S311  nothing secret
        self._rungs = strategies.rungs(plan)
        self._distributions = {item.name: item.distribution for item in plan.ranges}
        self._grid = itertools.product(*(_all(item) for item in plan.ranges)) if plan.strategy == "Grid" else None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what Optuna calls experimental
            self._study = optuna.create_study(
                study_name=plan.name,
                direction="maximize" if plan.maximize else "minimize",
                sampler=strategies.sampler(plan),
                pruner=strategies.pruner(plan),
            )

    def know(self, values: dict[str, str], objective: float) -> None:
        """Take the result of an earlier tuning job's training job; one outside of the ranges teaches nothing."""
        import optuna

        if (drawn := self._drawn(values)) is not None:
            trial = optuna.trial.create_trial(params=drawn, distributions=self._distributions, value=objective)
            self._study.add_trial(trial)

    def suggest(self, values: dict[str, str]) -> None:
        """Let a set of values be tried first, if it is within the ranges."""
        if (drawn := self._drawn(values)) is not None:
            self._study.enqueue_trial(drawn, skip_if_exists=True)

    def ask(self) -> Candidate | None:
        """Return the next set of values, or None: there is no other."""
        trial = self._next_of_grid() if self._grid else self._draw()
        if trial is None:
            return None
        self._trials[trial.number] = trial
        return Candidate(number=trial.number, values=self._values(trial))

    def tell(self, number: int, objective: float | None) -> None:
        """Take the objective of a candidate; None: it has none."""
        from optuna.trial import TrialState

        trial = self._trials.pop(number)
        if objective is None:
            self._study.tell(trial, state=TrialState.FAIL)
        else:
            self._study.tell(trial, objective)

    def hopeless(self, number: int, step: int, value: float) -> bool:
        """Take what a running candidate measured at a step (from 1); return whether it should stop (Hyperband)."""
        longest = self._plan.max_resource
        if self._plan.strategy != "Hyperband" or longest is None:
            return False
        if step not in self._rungs:  # nothing is decided in between
            return step >= longest
        trial = self._trials[number]
        trial.report(value, step)
        return bool(trial.should_prune()) or step >= longest

    def _draw(self) -> "Trial | None":
        for _ in range(_REDRAWS):
            trial = self._study.ask(self._distributions)
            if self._is_new(trial):
                return trial
            self._discard(trial)
        return self._next_of_rest()

    def _next_of_rest(self) -> "Trial | None":
        """Return any untried set of values: the search wants only what it had, so the ranges are small."""
        if combinations(self._plan.ranges) > _ENUMERABLE:
            return self._study.ask(self._distributions)
        every = itertools.product(*(_all(item) for item in self._plan.ranges))
        rest = [values for values in every if self._key(values) not in self._tried]
        return self._fixed(self._random.choice(rest)) if rest else None

    def _next_of_grid(self) -> "Trial | None":
        assert self._grid is not None  # noqa: S101  for the type checker
        values = next(self._grid, None)
        return None if values is None else self._fixed(values)

    def _fixed(self, values: Iterable[Any]) -> "Trial":
        drawn = dict(zip((item.name for item in self._plan.ranges), values, strict=True))
        self._study.enqueue_trial(drawn)
        trial = self._study.ask(self._distributions)
        self._is_new(trial)
        return trial

    def _discard(self, trial: "Trial") -> None:
        from optuna.trial import TrialState

        self._study.tell(trial, state=TrialState.FAIL)

    def _is_new(self, trial: "Trial") -> bool:
        key = tuple(self._values(trial).values())
        new = key not in self._tried
        self._tried.add(key)
        return new

    def _values(self, trial: "Trial") -> dict[str, str]:
        return {item.name: item.text(trial.params[item.name]) for item in self._plan.ranges}

    def _key(self, drawn: Iterable[Any]) -> tuple[str, ...]:
        return tuple(item.text(value) for item, value in zip(self._plan.ranges, drawn, strict=True))

    def _drawn(self, values: dict[str, str]) -> dict[str, Any] | None:
        drawn = {item.name: item.drawn(values[item.name]) for item in self._plan.ranges if item.name in values}
        return drawn if len(drawn) == len(self._plan.ranges) and None not in drawn.values() else None


def _all(item: Range) -> Iterable[Any]:
    match item:
        case CategoricalRange():
            return item.values
        case IntegerRange():
            return range(item.low, item.high + 1)
        case ContinuousRange():
            return [item.drawn(repr(item.low))]
    raise TypeError(item)
