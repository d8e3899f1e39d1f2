"""Whether the goals were reached, by what one run measured."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.serving.goals import GOALS, TITLES, Goal
from benchmarks.serving.results import NotMeasuredError, Results


@dataclass(frozen=True)
class Verdict:
    """What came of a goal; `reached` is None where it could not be measured."""

    text: str
    wanted: str
    measured: str
    by_cpu: str
    reached: bool | None
    remark: str


def judge(results: Results, goals: Sequence[Goal] = GOALS) -> list[Verdict]:
    """Judge the goals of the cases that were measured."""
    return [_verdict(goal, results) for goal in goals if goal.case in results.cases]


def _verdict(goal: Goal, results: Results) -> Verdict:
    text = f"{TITLES[goal.case]}, {goal.text}"
    aim = f" (aim {goal.aim:g}{goal.unit})" if goal.aim else ""
    wanted = f"{'<=' if goal.at_most else '>='} {goal.bound:g}{goal.unit}{aim}"
    try:
        value = goal.figure(results)
    except NotMeasuredError as error:
        return Verdict(text, wanted, "-", "", None, str(error))
    by_cpu = [goal.by_cpu(results)] if goal.by_cpu else []
    shown = [f"{_short(one)}{goal.unit}" for one in (value, *by_cpu)]
    reached = _reaches(goal, value)
    remark = "" if reached else _explained(goal, results, by_cpu)
    return Verdict(text, wanted, shown[0], "".join(shown[1:]), reached, remark)


def _reaches(goal: Goal, value: float) -> bool:
    return value <= goal.bound if goal.at_most else value >= goal.bound


def _explained(goal: Goal, results: Results, by_cpu: Sequence[float]) -> str:
    try:
        why = goal.why(results)
    except NotMeasuredError as error:
        why = str(error)
    reached = ["reached by CPU time"] if any(_reaches(goal, one) for one in by_cpu) else []
    return "; ".join(filter(None, [why, *reached]))


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 20 else f"{value:.1f}" if value >= 3 else f"{value:.2f}"
