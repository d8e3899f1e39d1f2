"""Scenes of the machine that wakes a run: a failure is told, and waking can be tried again."""

from collections.abc import Iterator

from tests.stacks.approval.test_approval import EVENT, Runs
from tests.stacks.approval.walks import machine
from tests.stacks.sweep import Case, Scene


def judge(case: Case) -> None:
    """Told; a redrive wakes the run."""
    where = f"{case.state}, {case.word}, {case.ended.error}: {case.ended.cause}"
    if not case.fault.late:
        assert case.ended.error == case.fault.error, where
    if case.uncaught:
        cloud, redriven = case.redriven()
        assert redriven.error == "", where
        assert cloud.woken, where


def scenes() -> Iterator[Scene]:
    """A run waits."""
    yield Scene("approval", "waits", machine(), lambda: Runs("token", "token", "token"), judge, EVENT)
