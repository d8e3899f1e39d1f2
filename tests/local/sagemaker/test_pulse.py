"""When a running server counts as hung."""

import pytest

from local.sagemaker.pulse import HealthCheck, Pulse

pytestmark = pytest.mark.unit


def missed(check: HealthCheck, *, busy: bool, pings: int = 20) -> int | None:
    """Return how many unanswered pings it takes until hope is lost."""
    pulse = Pulse(check)
    return next((number for number in range(1, pings + 1) if not pulse.beats(False, busy=busy)), None)


def test_an_idle_server_has_three_pings() -> None:
    assert missed(HealthCheck(), busy=False) == 3


def test_a_busy_server_has_all_the_time_that_a_request_may_take() -> None:
    assert missed(HealthCheck(), busy=True) is None
    assert missed(HealthCheck(patience=60), busy=True) is None
    assert missed(HealthCheck(patience=0), busy=True) == 1


def test_an_answer_begins_the_count_again() -> None:
    pulse = Pulse(HealthCheck())
    assert all(pulse.beats(answered, busy=False) for answered in (False, False, True, False, False))
    assert not pulse.beats(False, busy=False)


def test_what_a_busy_server_missed_does_not_count_when_it_is_idle() -> None:
    pulse = Pulse(HealthCheck())
    assert all(pulse.beats(False, busy=True) for _ in range(10))
    assert pulse.beats(False, busy=False)
