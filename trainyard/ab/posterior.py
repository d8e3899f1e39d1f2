"""What feedback says of a variant's true metric, as a distribution: intervals and probabilities come from it.

Shares: Beta from Jeffreys' prior; its quantiles are Jeffreys' interval, as good as Wilson's at every size
(Brown, Cai & DasGupta 2001, "Interval Estimation for a Binomial Proportion", Statistical Science 16, section 4).
Means: Student's t about the mean with n - 1 degrees of freedom, from the usual vague prior (Gelman et al.,
"Bayesian Data Analysis", 3rd edition, section 3.2); its quantiles are the ordinary t interval.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import stats

CONFIDENCE = 0.95
POINTS = 4_096
SMALLEST = 1e-9

Distribution = Any


def share(hits: Sequence[float]) -> Distribution:
    """Of the true share, from a 1 or a 0 per row."""
    right = sum(hits)
    return stats.beta(right + 0.5, len(hits) - right + 0.5)


def mean(values: Sequence[float]) -> Distribution:
    """Of the true mean, from at least two values; equal values leave a spread of next to nothing."""
    spread = float(np.std(values, ddof=1)) / len(values) ** 0.5
    centre = float(np.mean(values))
    return stats.t(df=len(values) - 1, loc=centre, scale=max(spread, SMALLEST * max(1.0, abs(centre))))


def interval(distribution: Distribution) -> tuple[float, float]:
    """The equal-tailed interval."""
    low, high = distribution.interval(CONFIDENCE)
    return float(low), float(high)


def best(distributions: Mapping[str, Distribution], *, higher: bool) -> dict[str, float]:
    """How probable it is that each is the best of all, for independent distributions.

    P(i is best) is the integral of f_i(x) times the product of F_j(x) over the others; with u = F_i(x) that is the
    mean over u of the product of F_j(F_i^-1(u)), a smooth function between 0 and 1 (midpoint rule, no sampling).
    """
    steps = (np.arange(POINTS) + 0.5) / POINTS
    chances = {}
    for name, mine in distributions.items():
        at = mine.ppf(steps)
        others = [other.cdf(at) if higher else other.sf(at) for key, other in distributions.items() if key != name]
        chances[name] = float(np.prod(others, axis=0).mean())
    total = sum(chances.values())
    return {name: chance / total for name, chance in chances.items()}


def weights_fit(counts: Sequence[int], weights: Sequence[float]) -> float | None:
    """The probability of a split as far from the weights as this one or farther, if they hold; None for few calls.

    Pearson's chi-square test, for at least 5 calls expected of each variant (Cochran 1954). Tells a sample ratio
    mismatch (Fabijan et al. 2019, "Diagnosing Sample Ratio Mismatch in Online Controlled Experiments").
    """
    used = [(count, weight) for count, weight in zip(counts, weights, strict=True) if weight > 0]
    total = sum(count for count, _ in used)
    scale = sum(weight for _, weight in used)
    expected = [total * weight / scale for _, weight in used]
    if len(used) < 2 or min(expected) < 5:
        return None
    return float(stats.chisquare([count for count, _ in used], expected).pvalue)
