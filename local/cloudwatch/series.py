"""All metrics: per namespace, name and dimensions the points of each minute (second, where asked for)."""

import math
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.cloudwatch.points import Points

MINUTE = 60
KEPT_SECONDS = 15 * 86_400
"""As long as CloudWatch keeps points of a minute."""


@dataclass(frozen=True)
class Key:
    """What tells one metric from another."""

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, namespace: str, name: str, dimensions: Iterable[Mapping[str, str]]) -> "Key":
        """Return the key of a metric as the API spells it."""
        return cls(namespace, name, frozenset((item["Name"], item["Value"]) for item in dimensions))


@dataclass
class Series:
    """One metric: points by the epoch second that they begin at."""

    unit: str | None = None
    points: dict[int, Points] = field(default_factory=dict)

    def at(self, second: int) -> Points:
        """Return the points of a moment, made if need be; what is too old makes room."""
        if second not in self.points:
            self._forget(second)
            self.points[second] = Points()
        return self.points[second]

    def periods(self, start: float, end: float, period: int) -> dict[int, Points]:
        """Return what was measured from `start` to before `end`, together per period of the clock."""
        found: dict[int, Points] = {}
        low = math.floor(start / MINUTE) * MINUTE  # CloudWatch rounds a start down to its minute
        for second in sorted(second for second in list(self.points) if low <= second < end):
            found.setdefault(second // period * period, Points()).merge(self.points[second])
        return found

    def _forget(self, now: int) -> None:
        oldest = next(iter(self.points), now)
        if oldest < now - KEPT_SECONDS:
            del self.points[oldest]


class Metrics:
    """Everything that was ever put, for as long as CloudWatch keeps it."""

    def __init__(self) -> None:
        self.series: dict[Key, Series] = {}
        self._lock = threading.Lock()

    def put(self, namespace: str, datum: Mapping[str, Any], moment: float) -> Key:
        """Take one MetricDatum, measured at `moment`; return which metric it belongs to."""
        key = Key.of(namespace, datum["MetricName"], datum.get("Dimensions") or ())
        step = 1 if datum.get("StorageResolution") == 1 else MINUTE
        with self._lock:
            series = self.series.setdefault(key, Series(datum.get("Unit")))
            points = series.at(int(moment) // step * step)
            if sets := datum.get("StatisticValues"):
                count, total, least, most = (float(sets[name]) for name in ("SampleCount", "Sum", "Minimum", "Maximum"))
                points.add_set(count=count, total=total, least=least, most=most)
            else:
                values = datum.get("Values") or [datum.get("Value", 0.0)]
                counts = datum.get("Counts") or [1.0] * len(values)
                for value, count in zip(values, counts, strict=True):
                    points.add(float(value), float(count))
        return key

    def statistic(self, key: Key, name: str, *, start: float, end: float, period: int) -> dict[int, float]:
        """Return one statistic by period; periods without data are not there.

        Raises:
            ValueError: there is no such statistic.
        """
        with self._lock:
            series = self.series.get(key)
            periods = series.periods(start, end, period) if series else {}
        values = {second: points.statistic(name) for second, points in periods.items()}
        return {second: value for second, value in values.items() if value is not None}

    def __getstate__(self) -> dict[str, Any]:
        """Leave the lock out of a snapshot."""
        with self._lock:
            return {"series": {key: Series(one.unit, dict(one.points)) for key, one in self.series.items()}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Come back with a lock of its own."""
        self.__init__()  # type: ignore[misc]
        self.series = state["series"]
