"""Scenes of the debouncer: a failure is told, since new data would train nothing."""

from collections.abc import Iterator
from functools import partial

from tests.stacks.sweep import Case, Scene
from tests.stacks.triggers.test_debounce import Scheduler, machine


def judge(case: Case) -> None:
    """Told; a redrive, or the next file, asks for the run."""
    where = f"{case.state}, {case.word}, {case.ended.error}: {case.ended.cause}"
    if not case.fault.late:
        assert case.ended.error == case.fault.error, where
    if case.uncaught:
        cloud, redriven = case.redriven()
        assert redriven.error == "", where
        assert cloud.schedule["Target"]["Arn"].endswith(":dev-daily"), where
    assert case.anew("told-2").error == "", where
    assert case.cloud.schedule["Target"]["Arn"].endswith(":dev-daily"), where


def scenes() -> Iterator[Scene]:
    """The first file, and one more."""
    yield Scene("debounce", "first", machine(), Scheduler, judge, {"detail": {}})
    yield Scene("debounce", "next", machine(), partial(Scheduler, schedule={}), judge, {"detail": {}})
