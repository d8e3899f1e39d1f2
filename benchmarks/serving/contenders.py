"""What is compared: a server, how it is started and spoken to, and which load it gets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from benchmarks.serving.load import LOADS, Load
from benchmarks.serving.wire import Predictions, Request, Rows, Wire
from local.runtime.interface import LogLine
from local.runtime.process import ProcessHandle

Item = TypeVar("Item")
OURS, CONSTANT = "trainyard", "constant"
HUNDRED_TREES, TWO_WORKERS = "trainyard, 100 trees", "trainyard, two workers"
BY_ONNX = "trainyard, ONNX Runtime"
# Bodies of one row that are sent in turn, and the most of a load at all.
_SINGLES, _BATCHES = 50, 5


@dataclass(frozen=True)
class Contender:
    """One server of a case."""

    name: str
    title: str
    start: Callable[[LogLine], ProcessHandle]
    wire: Wire
    health: str = "/ping"
    cpus: int = 1
    loads: tuple[Load, ...] = LOADS
    expected: Predictions = field(default_factory=list)  # where its model is not the case's
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """A model, the rows that are asked for, what its own library predicts for them, and who answers."""

    name: str
    title: str
    rows: Rows
    expected: Predictions
    contenders: list[Contender]
    missing: dict[str, str]

    def asked(self, contender: Contender, rows: int) -> list[tuple[Request, Predictions]]:
        """Return the requests of a load as this server wants them, each with its right predictions."""
        expected = contender.expected or self.expected
        turns = range(_SINGLES if rows == 1 else _BATCHES)
        chosen = [(_turned(self.rows, by)[:rows], _turned(expected, by)[:rows]) for by in turns]
        return [(contender.wire.request(some), right) for some, right in chosen]


def _turned(items: Sequence[Item], by: int) -> list[Item]:
    return [*items[by:], *items[:by]]
