import pytest

from tests.trainyard.recorded import failed_run, good_run
from trainyard.history import History, Step

pytestmark = pytest.mark.unit


def read(events: list[dict[str, object]]) -> History:
    history = History()
    history.read(events)
    return history


def step(history: History, state: str, candidate: str | None = None) -> Step:
    return next(item for item in history.steps if (item.state, item.candidate) == (state, candidate))


def test_interleaved_iterations_are_told_apart_by_their_candidate() -> None:
    history = read(good_run().events)
    forest, linear = step(history, "Train", "forest"), step(history, "Train", "linear")
    assert forest.job is not None
    assert (forest.job.name, forest.status) == ("j-forest", "succeeded")
    assert linear.job is not None
    assert (linear.job.name, linear.status) == ("j-linear", "caught")


def test_states_after_a_map_belong_to_no_candidate() -> None:
    history = read(good_run().events)
    assert step(history, "Deploy").candidate is None
    assert step(history, "Candidates").status == "succeeded"


def test_a_job_is_named_while_it_runs() -> None:
    history = read(failed_run().events[:5])
    prepare = step(history, "Prepare")
    assert prepare.job is not None
    assert (prepare.job.kind, prepare.job.status) == ("processing", "InProgress")
    assert prepare.status == "running"


def test_an_uncaught_failure_keeps_its_error_and_cause() -> None:
    history = read(failed_run().events)
    assert history.error == "States.TaskFailed"
    assert "column species is missing" in (history.cause or "")
    assert step(history, "Prepare").status == "failed"


def test_reading_in_pieces_gives_what_reading_at_once_gives() -> None:
    events = good_run().events
    pieces = History()
    for end in range(0, len(events) + 1, 3):
        pieces.read(events[:end])
    pieces.read(events)
    assert pieces.steps == read(events).steps


def test_events_seen_before_are_not_read_again() -> None:
    history, events = History(), good_run().events
    assert len(history.read(events)) == len(events)
    assert history.read(events) == []


def test_history_without_links_still_reads() -> None:
    events = [{**event, "previousEventId": 0} for event in good_run().events]
    assert [item.state for item in read(events).steps][:2] == ["Plan", "Prepare"]
