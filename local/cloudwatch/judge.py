"""An alarm's state, computed from its metric or its metric math.

CloudWatch compares the last periods with the threshold; enough that breach are an alarm. The period that is
running counts only when it breaches upwards: a number that is too high already stays too high, a low one may rise.
CloudWatch may look further back where points are missing; here it is always just the periods asked for.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.cloudwatch import queries
from local.cloudwatch.series import Metrics

_UPWARDS = ("GreaterThanThreshold", "GreaterThanOrEqualToThreshold")
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
_WORDS = {
    "GreaterThanThreshold": "greater than",
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "LessThanThreshold": "less than",
    "LessThanOrEqualToThreshold": "less than or equal to",
}


@dataclass(frozen=True, kw_only=True)
class Definition:
    """What an alarm looks at, and when it is one."""

    queries: tuple[Mapping[str, Any], ...]
    compare: str
    threshold: float
    periods: int
    to_alarm: int
    missing: str = "missing"

    @property
    def period(self) -> int:
        """Seconds of one period."""
        return queries.shortest_period(self.queries)

    @property
    def watched(self) -> str:
        """The id of the query that is compared."""
        (watched,) = [query["Id"] for query in self.queries if query.get("ReturnData") is not False]
        return str(watched)


@dataclass(frozen=True)
class Verdict:
    """A state, why, and what was looked at; `state` is empty where the one before stays."""

    state: str
    reason: str
    recent: tuple[float | None, ...]


def judge(definition: Definition, metrics: Metrics, now: float) -> Verdict:
    """Return the state at a moment in epoch seconds.

    Raises:
        ValueError: the definition asks for something that we do not compute.
    """
    if definition.compare not in _COMPARE:
        raise ValueError(f"{definition.compare}: anomaly detection is not computed")
    period = definition.period
    running = int(now) // period * period
    start = running - definition.periods * period
    found = queries.evaluate(metrics, definition.queries, start=start, end=running + period)[definition.watched]
    values = [found.get(start + period * place) for place in range(definition.periods + 1)]
    verdicts = [_verdict(definition, values[:-1])]
    if definition.compare in _UPWARDS and values[-1] is not None:
        verdicts.insert(0, _verdict(definition, values[1:]))
    return next((verdict for verdict in verdicts if verdict.state == "ALARM"), verdicts[-1])


def _verdict(definition: Definition, values: Sequence[float | None]) -> Verdict:
    compare, recent = _COMPARE[definition.compare], tuple(values)
    known = [value for value in values if value is not None]
    breaching = [value for value in known if compare(value, definition.threshold)]
    missing = len(values) - len(known)
    counted = len(breaching) + (missing if definition.missing == "breaching" else 0)
    if not known and definition.missing in ("missing", "ignore"):
        state = "INSUFFICIENT_DATA" if definition.missing == "missing" else ""
        return Verdict(state, f"Insufficient Data: {missing} datapoints were unknown.", recent)
    state = "ALARM" if counted >= definition.to_alarm else "OK"
    told = breaching if state == "ALARM" else known
    not_ = "" if state == "ALARM" else "not "
    return Verdict(
        state,
        f"Threshold Crossed: {len(told)} out of the last {len(values)} datapoints "
        f"[{', '.join(f'{value:g}' for value in told)}] {not_}{_WORDS[definition.compare]} the threshold "
        f"({definition.threshold:g}); {missing} missing, treated as {definition.missing}.",
        recent,
    )
