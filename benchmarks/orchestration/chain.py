"""The critical path: of every Map the branch whose jobs take longest, one after the other; and what is left beside.

All time of a run belongs to one step of the chain: a state outside of a Map or in that branch, or the time between
two of them. What no job of the chain covers of it was waited.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from benchmarks.orchestration.jobs import Job, covered
from benchmarks.orchestration.visits import Visit, walk

BEFORE, BETWEEN = "before the first state", "between states"


@dataclass(frozen=True, kw_only=True)
class Step:
    """A part of the chain, and how much of its time no job was at work."""

    name: str
    kind: str
    begin: float
    end: float
    waited: float


@dataclass(frozen=True, kw_only=True)
class Chain:
    """A run; seconds."""

    wall: float
    jobs: Sequence[Job]
    steps: Sequence[Step]

    @property
    def path(self) -> float:
        """The critical path of the jobs."""
        return sum(job.seconds for job in self.jobs)

    @property
    def waited(self) -> float:
        """What the run took beside."""
        return self.wall - self.path

    def waited_by_kind(self) -> dict[str, tuple[int, float]]:
        """How many steps of a kind there were, and what was waited in them, the most first."""
        kinds: dict[str, list[float]] = {}
        for step in self.steps:
            kinds.setdefault(step.kind, []).append(step.waited)
        ordered = sorted(kinds.items(), key=lambda item: -sum(item[1]))
        return {kind: (len(waits), sum(waits)) for kind, waits in ordered}


def chain(found: Sequence[Visit], jobs: Mapping[int, Job], begin: float, end: float) -> Chain:
    """Return the chain of an execution that ran from `begin` to `end`."""
    path = list(_path(found, jobs))
    on_path = [jobs[id(visit)] for visit in path if id(visit) in jobs]
    busy = [(job.began, job.ended) for job in on_path]
    parts = list(_parts(path, begin, end))
    steps = [
        Step(name=name, kind=kind, begin=start, end=stop, waited=stop - start - covered(busy, start, stop))
        for name, kind, start, stop in parts
    ]
    return Chain(wall=end - begin, jobs=on_path, steps=steps)


def _path(found: Sequence[Visit], jobs: Mapping[int, Job]) -> Iterator[Visit]:
    for visit in found:
        yield visit
        if visit.branches:
            yield from _path(max(visit.branches, key=lambda branch: _weight(branch, jobs)), jobs)


def _weight(branch: Sequence[Visit], jobs: Mapping[int, Job]) -> tuple[float, float]:
    """The seconds of its jobs on its own critical path, and for branches without jobs how long it took."""
    path = list(_path(branch, jobs))
    worked = sum(jobs[id(visit)].seconds for visit in path if id(visit) in jobs)
    return worked, sum(visit.seconds for visit in branch)


def _parts(path: Sequence[Visit], begin: float, end: float) -> Iterator[tuple[str, str, float, float]]:
    """Cut the time from `begin` to `end` where states begin and end; the innermost state of the path has each part."""
    yield BEFORE, BEFORE, begin, path[0].entered
    cuts = sorted({*(visit.entered for visit in path), *(visit.exited for visit in path), end})
    for start, stop in pairwise(cuts):
        inside = [visit for visit in path if visit.entered <= start and stop <= visit.exited]
        if inside:
            innermost = max(inside, key=lambda visit: (visit.entered, -visit.exited))
            yield innermost.name, _kind(innermost), start, stop
        else:
            yield BETWEEN, BETWEEN, start, stop


def _kind(visit: Visit) -> str:
    if visit.call.endswith(".sync"):
        return "job, beside its time"
    if visit.kind == "Task":
        return "call of a service"
    return {"Wait": "Wait", "Map": "Map", "Parallel": "Parallel"}.get(visit.kind, "Pass and Choice")


def succeeded(found: Sequence[Visit]) -> bool:
    """Whether every state that was entered was left: an execution that failed or was stopped has no chain."""
    return bool(found) and all(visit.exited for visit in walk(found))
