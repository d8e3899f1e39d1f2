"""Which of Optuna's samplers and pruners is which of AWS's strategies.

Bayesian is Optuna's TPE (AWS: a Gaussian process), Random and Hyperband draw from the ranges' scales, and
Hyperband's pruner decides at each rung who goes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from local.sagemaker.tuning.ranges import Range

if TYPE_CHECKING:
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler

Strategy = Literal["Bayesian", "Random", "Grid", "Hyperband"]
_REDUCTION = 3


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a search needs to know."""

    name: str
    strategy: Strategy
    ranges: Sequence[Range]
    maximize: bool
    jobs: int
    seed: int | None = None
    min_resource: int = 1
    max_resource: int | None = None


def sampler(plan: Plan) -> "BaseSampler":
    """Return what draws sets of values."""
    from optuna.samplers import RandomSampler, TPESampler

    if plan.strategy != "Bayesian":
        return RandomSampler(seed=plan.seed)
    # A quarter of a short search is drawn at random first; parallel candidates keep away from each other.
    first = max(3, min(10, plan.jobs // 4))
    return TPESampler(seed=plan.seed, n_startup_trials=first, multivariate=True, constant_liar=True)


def rungs(plan: Plan) -> frozenset[int]:
    """Return the steps at which Hyperband decides, in any of its brackets."""
    steps = [plan.min_resource]
    while steps[-1] <= (plan.max_resource or 0):
        steps.append(steps[-1] * _REDUCTION)
    return frozenset(steps)


def pruner(plan: Plan) -> "BasePruner":
    """Return what stops candidates by their curves."""
    from optuna.pruners import HyperbandPruner, NopPruner

    if plan.strategy != "Hyperband" or plan.max_resource is None:
        return NopPruner()
    return HyperbandPruner(min_resource=plan.min_resource, max_resource=plan.max_resource, reduction_factor=_REDUCTION)
