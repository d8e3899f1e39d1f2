"""What came of the load: requests, errors by kind, percentiles, over all and in each event's window."""

import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Window:
    """When something was done to the deployment; `spares` is what a killed server may answer at worst."""

    title: str
    began: float
    ended: float
    spares: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Record:
    """One request: when it was sent (epoch), its milliseconds, its status and what is wrong with the answer."""

    at: float
    name: str
    ms: float
    status: int
    problem: str

    @property
    def throttled(self) -> bool:
        """Whether the key's throttle refused it."""
        return self.status == 429

    @property
    def lost(self) -> bool:
        """Whether the caller did not get what was due."""
        return bool(self.problem) and not self.throttled

    def within(self, window: Window) -> bool:
        """Whether it was on its way at some time of the window."""
        return self.at <= window.ended and self.at + self.ms / 1000 >= window.began


def read(file: Path) -> list[Record]:
    """Read the generator's records."""
    return [Record(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]


def not_spared(records: Iterable[Record], windows: Sequence[Window]) -> list[Record]:
    """Return the lost requests that no window excuses."""
    return [record for record in records if record.lost and not _spared(record, windows)]


def _spared(record: Record, windows: Iterable[Window]) -> bool:
    return any(record.status in window.spares and record.within(window) for window in windows)


def table(records: Sequence[Record], windows: Sequence[Window]) -> str:
    """Return a table with a row for all, for each window and for each kind of request."""
    lines = ["| | seconds | requests | lost | throttled | p50, ms | p99, ms |", "|---|---|---|---|---|---|---|"]
    first, last = min(record.at for record in records), max(record.at for record in records)
    for window in (Window("all", first, last), *windows):
        chosen = [record for record in records if record.within(window)]
        lines.append(_row(window.title, f"{window.ended - window.began:.0f}", chosen))
    for name in sorted({record.name for record in records}):
        lines.append(_row(name, "", [record for record in records if record.name == name]))
    return "\n".join(lines)


def errors(records: Iterable[Record], windows: Sequence[Window]) -> str:
    """Return a line for each kind of error: how many, what, during what."""
    kinds: Counter[tuple[str, str, str]] = Counter()
    for record in records:
        if record.problem:
            during = ", ".join(window.title for window in windows if record.within(window)) or "no event"
            kinds[record.problem, record.name, during] += 1
    return "\n".join(f"{count} x {name} during {during}: {what}" for (what, name, during), count in kinds.most_common())


def _row(title: str, seconds: str, records: Sequence[Record]) -> str:
    times = sorted(record.ms for record in records)
    lost, throttled = sum(record.lost for record in records), sum(record.throttled for record in records)
    return f"| {title} | {seconds} | {len(records)} | {lost} | {throttled} | {_at(times, 0.5)} | {_at(times, 0.99)} |"


def _at(times: Sequence[float], share: float) -> str:
    return f"{times[math.ceil(len(times) * share) - 1]:.0f}" if times else "-"
