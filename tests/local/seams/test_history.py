"""Execution histories come newest first and in pages."""

import pytest
from moto.core.exceptions import JsonRESTError

from local.seams.history import page, without_data

pytestmark = pytest.mark.unit
EVENTS = [{"id": number} for number in range(1, 8)]


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("size", [1, 3, 7, 100])
def test_pages_hold_every_event_once_in_order(*, reverse: bool, size: int) -> None:
    seen: list[int] = []
    token = None
    while True:
        answer = page(EVENTS, reverse=reverse, size=size, token=token)
        seen += [event["id"] for event in answer["events"]]
        token = answer.get("nextToken")
        if token is None:
            break
    assert seen == sorted(range(1, 8), reverse=reverse)


def test_events_that_arrive_between_pages_are_not_shown_twice() -> None:
    first = page(EVENTS, reverse=True, size=3, token=None)
    later = page([*EVENTS, {"id": 8}], reverse=True, size=3, token=first["nextToken"])
    assert [event["id"] for event in later["events"]] == [4, 3, 2]


def test_strange_token_is_refused() -> None:
    with pytest.raises(JsonRESTError, match="Invalid Token"):
        page(EVENTS, reverse=False, size=3, token="nonsense")


def test_data_is_left_out_where_nobody_wants_it() -> None:
    details = {"name": "A", "input": "{}", "inputDetails": {"truncated": False}}
    event = {"id": 1, "type": "PassStateEntered", "stateEnteredEventDetails": details}
    shown = without_data(event)
    assert shown["stateEnteredEventDetails"] == {"name": "A", "inputDetails": {"truncated": False}}
    assert (shown["id"], details["input"]) == (1, "{}")
