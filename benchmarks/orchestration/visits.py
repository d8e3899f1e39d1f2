"""An execution's history as visits to states: each has its time, and what ran inside of it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Event = Mapping[str, Any]


@dataclass(kw_only=True)
class Visit:
    """One time in one state; `kind` is its type, times are seconds of the epoch, `call` names a task's resource."""

    name: str
    kind: str
    entered: float
    exited: float = 0.0
    call: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    branches: list[list["Visit"]] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.exited - self.entered


@dataclass(frozen=True)
class _Place:
    """Where an event stands: in these visits, the innermost last; `into` takes the visits that follow there."""

    around: tuple[Visit, ...]
    into: list[Visit]
    outer: "_Place | None" = None


def visits(events: Sequence[Event]) -> list[Visit]:
    """Return the visits of the outermost states, in order; those within a Map or Parallel are in its `branches`."""
    top: list[Visit] = []
    places: dict[int, _Place] = {0: _Place((), top)}
    kinds: dict[int, str] = {}
    for event in events:
        before = event["previousEventId"]
        places[event["id"]] = _after(event, places[before], kinds.get(before, ""))
        kinds[event["id"]] = event["type"]
    return top


def _after(event: Event, place: _Place, before: str) -> _Place:
    kind, at = event["type"], event["timestamp"].timestamp()
    if kind == "MapIterationStarted":
        return _branch(place)
    if kind.startswith("MapIteration"):
        return place.outer or place
    if kind.endswith("StateEntered"):
        if before == "ParallelStateStarted":
            place = _branch(place)
        visit = Visit(name=event["stateEnteredEventDetails"]["name"], kind=kind[: -len("StateEntered")], entered=at)
        place.into.append(visit)
        return _Place((*place.around, visit), place.into, place.outer)
    if kind.endswith("StateExited"):
        return _leave(place, event["stateExitedEventDetails"]["name"], at)
    if kind == "TaskScheduled":
        details = event["taskScheduledEventDetails"]
        place.around[-1].call = details["resource"]
        place.around[-1].arguments = json.loads(details["parameters"])
    return place


def _branch(place: _Place) -> _Place:
    place.around[-1].branches.append([])
    return _Place(place.around, place.around[-1].branches[-1], place)


def _leave(place: _Place, name: str, at: float) -> _Place:
    """Go out of a state; the last event of a Parallel follows that of a branch, which is left with it."""
    while place.outer and (place.around[-1].name != name or place.into[-1] is not place.around[-1]):
        place = place.outer
    place.around[-1].exited = at
    return _Place(place.around[:-1], place.into, place.outer)


def walk(found: Sequence[Visit]) -> Iterator[Visit]:
    """Yield every visit, those within others after these."""
    for visit in found:
        yield visit
        for branch in visit.branches:
            yield from walk(branch)
