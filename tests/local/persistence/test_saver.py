"""When the state is saved, and what happens when it cannot be."""

import threading
from collections.abc import Callable

import pytest

from local.persistence.saver import Saver

pytestmark = pytest.mark.unit

LONG = 20.0


class FakeState:
    def __init__(self, outcome: Callable[[], float] = lambda: 0.001) -> None:
        self.changed = False
        self.outcome = outcome
        self.saves = list[bool]()
        self.saved = threading.Event()

    def save(self, patience: float, *, whatever: bool = False) -> float:
        self.saves.append(whatever)
        self.saved.set()
        held = self.outcome()
        self.changed = False
        return held


def full() -> float:
    raise OSError("No space left on device")


def test_a_change_is_saved_and_no_change_is_not() -> None:
    state = FakeState()
    saver = Saver(state, pause=0.01)
    saver.start()
    assert not state.saved.wait(0.1)
    state.changed = True
    assert state.saved.wait(LONG)
    saver.close()
    assert state.saves == [False]


def test_the_last_change_is_saved_at_the_end_whatever_runs() -> None:
    state = FakeState()
    saver = Saver(state, pause=LONG)
    saver.start()
    state.changed = True
    saver.close()
    assert state.saves == [True]


def test_a_server_that_never_started_to_serve_saves_nothing_new() -> None:
    state = FakeState()
    Saver(state).close()
    assert state.saves == []


def test_a_full_disk_is_told_once_and_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    state = FakeState(full)
    state.changed = True
    saver = Saver(state, pause=0.01)
    for _ in range(3):
        saver._save(whatever=False)
    state.outcome = lambda: 0.001
    saver._save(whatever=False)
    assert caplog.text.count("No space left on device") == 1
    assert "saved again" in caplog.text


def test_large_states_are_saved_less_often() -> None:
    state = FakeState(lambda: 0.5)
    state.changed = True
    assert Saver(state)._save(whatever=False) == pytest.approx(10)
