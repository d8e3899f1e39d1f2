"""What a controller works with: the training jobs of SageMaker, those that run for it, and what it is to do."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from local.sagemaker.store import Record
from local.sagemaker.tuning.completion import Progress
from local.sagemaker.tuning.search import Candidate, Search
from local.sagemaker.tuning.stopping import MedianRule


class Trainer(Protocol):
    """What a controller needs of training jobs."""

    def create(self, request: Record, extra: Record | None = None) -> Record:
        """Start a training job."""
        ...

    def describe(self, request: Record) -> Record:
        """Return what a training job is and has."""
        ...

    def stop(self, request: Record) -> Record:
        """Ask a training job to stop."""
        ...

    def points(self, name: str) -> Sequence[tuple[str, float, float]]:
        """Return what a training job has measured so far."""
        ...


@dataclass(kw_only=True)
class Running:
    """A training job that has not ended."""

    name: str
    definition: int
    candidate: Candidate
    seen: int = 0
    asked_to_stop: bool = False


@dataclass(kw_only=True)
class Work:
    """What a tuning job is to do: a search for each definition of training jobs, and its bounds."""

    definitions: Sequence[Record]
    searches: Sequence[Search]
    tags: list[Record]
    jobs: int
    parallel: int
    seconds: float
    progress: Progress
    median: MedianRule | None
    exhausted: set[int] = field(default_factory=set)

    def propose(self, turn: int) -> tuple[int, Candidate] | None:
        """Return the next candidate and its definition; several definitions take turns. None: there is no other."""
        count = len(self.searches)
        for index in ((turn + step) % count for step in range(count)):
            if index not in self.exhausted:
                if candidate := self.searches[index].ask():
                    return index, candidate
                self.exhausted.add(index)
        return None
