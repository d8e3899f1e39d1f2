"""Who waits for a job is woken by its end, and nobody else is."""

import pytest

from local.sagemaker import endings

pytestmark = pytest.mark.unit


def test_everybody_who_waits_for_the_job_is_woken_and_nobody_else() -> None:
    with endings.listening("a") as first, endings.listening("a") as second, endings.listening("b") as other:
        endings.announce("a")
        assert [event.is_set() for event in (first, second, other)] == [True, True, False]


def test_nobody_waits_any_more_when_the_waiting_is_over() -> None:
    with endings.listening("a") as event:
        pass
    endings.announce("a")
    assert not event.is_set()
