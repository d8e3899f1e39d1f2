"""The gate: requests together, a snapshot alone, nobody waits for ever."""

import threading
from collections.abc import Callable

import pytest

from local.persistence.gate import Gate

pytestmark = pytest.mark.unit

LONG = 20.0


def in_thread(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_a_snapshot_waits_for_the_requests_and_new_ones_wait_for_it() -> None:
    gate, order = Gate(), list[str]()
    inside, leave, copying, copied = (threading.Event() for _ in range(4))

    def request() -> None:
        with gate.shared(changes=True):
            inside.set()
            leave.wait(LONG)
            order.append("request")

    def snapshot() -> None:
        with gate.alone(LONG) as quiet:
            assert quiet
            copying.set()
            copied.wait(LONG)
            order.append("snapshot")

    def late() -> None:
        with gate.shared(changes=True):
            order.append("late")

    first = in_thread(request)
    assert inside.wait(LONG)
    saver = in_thread(snapshot)
    leave.set()
    assert copying.wait(LONG)
    last = in_thread(late)
    copied.set()
    for thread in (first, saver, last):
        thread.join(LONG)
    assert order == ["request", "snapshot", "late"]
    assert gate.changes == 2


def test_a_nested_request_passes_a_waiting_snapshot() -> None:
    gate, nested = Gate(), threading.Event()

    def inner() -> None:
        with gate.shared(changes=False):
            nested.set()

    def snapshot() -> None:
        with gate.alone(LONG):
            pass

    with gate.shared(changes=False):
        waiting = in_thread(snapshot)
        in_thread(inner)
        assert nested.wait(LONG)
    waiting.join(LONG)
    assert not waiting.is_alive()


def test_a_nested_request_passes_even_one_that_presses() -> None:
    gate, nested, given_up = Gate(), threading.Event(), threading.Event()

    def snapshot() -> None:
        with gate.alone(0.5) as quiet:
            assert not quiet
        given_up.set()

    def inner() -> None:
        while not given_up.is_set():
            with gate.shared(changes=False):
                nested.set()

    with gate.shared(changes=False):
        in_thread(snapshot)
        in_thread(inner)
        assert nested.wait(LONG)
        assert given_up.wait(LONG)


def test_requests_without_a_pause_let_a_snapshot_in() -> None:
    gate, stop = Gate(), threading.Event()
    first, second = threading.Event(), threading.Event()

    def overlapping(mine: threading.Event, other: threading.Event) -> None:
        while not stop.is_set():
            with gate.shared(changes=False):
                mine.set()
                other.wait(0.1)
                other.clear()

    threads = [in_thread(lambda: overlapping(first, second)), in_thread(lambda: overlapping(second, first))]
    with gate.alone(4.0) as quiet:
        assert quiet
    stop.set()
    for thread in threads:
        thread.join(LONG)


def test_reads_are_no_changes() -> None:
    gate = Gate()
    with gate.shared(changes=False):
        pass
    assert gate.changes == 0
    gate.changed()
    assert gate.changes == 1
