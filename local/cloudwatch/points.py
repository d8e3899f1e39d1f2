"""What one metric measured in one minute, or second: enough for every statistic, percentiles too."""

import math
import re
from dataclasses import dataclass, field

_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?|100)")
_MOST_VALUES = 1_000
"""Different ones; more are rounded to three digits, which a percentile bears."""


@dataclass
class Points:
    """Values with how often each came; those given as a statistic set have no values of their own."""

    count: float = 0.0
    total: float = 0.0
    least: float = math.inf
    most: float = -math.inf
    values: dict[float, float] = field(default_factory=dict)

    def add(self, value: float, count: float = 1.0) -> None:
        """Take a value that came `count` times."""
        self._widen(count, value * count, value, value)
        kept = value if len(self.values) < _MOST_VALUES else float(f"{value:.3g}")
        self.values[kept] = self.values.get(kept, 0.0) + count

    def add_set(self, *, count: float, total: float, least: float, most: float) -> None:
        """Take a statistic set; one of equal values is as good as the values."""
        if least == most:
            self.add(least, count)
        else:
            self._widen(count, total, least, most)

    def merge(self, other: "Points") -> None:
        """Take all that another one has."""
        self._widen(other.count, other.total, other.least, other.most)
        for value, count in other.values.items():
            self.values[value] = self.values.get(value, 0.0) + count

    def statistic(self, name: str) -> float | None:
        """Return a statistic by CloudWatch's name: Sum, p99, ...; None where it cannot be known.

        Raises:
            ValueError: CloudWatch has no such statistic, or we do not compute it.
        """
        if percentile := _PERCENTILE.fullmatch(name):
            return self._percentile(float(percentile[1]))
        plain = {
            "SampleCount": self.count,
            "Sum": self.total,
            "Average": self.total / self.count if self.count else None,
            "Minimum": self.least if self.count else None,
            "Maximum": self.most if self.count else None,
        }
        if name not in plain:
            raise ValueError(f"{name}: the embedded CloudWatch computes {', '.join(plain)} and percentiles such as p99")
        return plain[name]

    def _widen(self, count: float, total: float, least: float, most: float) -> None:
        self.count += count
        self.total += total
        self.least = min(self.least, least)
        self.most = max(self.most, most)

    def _percentile(self, percent: float) -> float | None:
        """Return the nearest rank. As on AWS there is none once a statistic set hides values."""
        known = sum(self.values.values())
        if not known or known < self.count:
            return None
        rank = known * percent / 100
        for value in sorted(self.values):
            rank -= self.values[value]
            if rank <= 1e-9 * known:
                return value
        return max(self.values)
