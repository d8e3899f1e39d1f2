"""The raw rows as series: one value a period, without holes, so that a gap is a missing value and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from contract.text import quoted
from numpy.typing import NDArray

from toolkit import checks, columns
from toolkit.forecasting.periods import Frequency
from toolkit.plan import Forecast
from toolkit.problems import Problems
from toolkit.sources import Raw

Floats = NDArray[np.float64]
# Above this share of gaps the frequency is wrong (daily rows called hourly) and filling would explode.
MOST_GAPS = 0.95


@dataclass(frozen=True)
class Series:
    """Values of consecutive periods from `start` on; NaN where the raw data has none."""

    key: tuple[str, ...]
    start: int
    values: Floats

    @property
    def end(self) -> int:
        """Return the period after the last."""
        return self.start + len(self.values)

    def between(self, first: int, end: int) -> Floats:
        """Return the values of the periods from `first` to before `end`; NaN outside of the series."""
        result = np.full(max(end - first, 0), np.nan)
        low, high = max(first, self.start), min(end, self.end)
        if low < high:
            result[low - first : high - first] = self.values[low - self.start : high - self.start]
        return result


def read(raw: Raw, target: str, wanted: Forecast, problems: Problems) -> list[Series]:
    """Read and check the rows, series sorted by key; all that is wrong ends the job at once."""
    if raw.header:
        parts = {"target": target, "time": wanted.time}
        checks.needed(raw, parts | {f"key ({name})": name for name in wanted.key}, problems)
    if raw.header and not raw.rows:
        problems.add("no rows")
    problems.stop()
    cells = {name: [row[place] for row in raw.rows] for place, name in enumerate(raw.header)}
    periods = _periods(wanted.time, cells[wanted.time], raw, wanted.frequency, problems)
    values = _values(target, cells[target], raw, problems)
    keys = _keys(wanted.key, cells, raw, problems)
    problems.stop()
    rows = _gathered(keys, periods, raw, wanted.frequency, problems)
    problems.stop()
    return [_series(key, found, values) for key, found in sorted(rows.items())]


def _periods(name: str, cells: Sequence[str], raw: Raw, frequency: Frequency, problems: Problems) -> list[int]:
    kind = f"column {quoted(name)} has cells that are no {frequency.name} period such as {frequency.example}"
    result = []
    for row, cell in enumerate(cells):
        try:
            result.append(frequency.number(cell))
        except (ValueError, OverflowError):
            problems.add(kind, f"{raw.place(row)}: {quoted(cell)}")
            result.append(0)
    return result


def _values(name: str, cells: Sequence[str], raw: Raw, problems: Problems) -> list[float]:
    result = []
    for row, cell in enumerate(cells):
        value = columns.number(cell)
        if value is None and not columns.missing(cell):
            problems.add(f"column {quoted(name)} has cells that are no finite number", f"{raw.place(row)}: {cell!r}")
        result.append(float("nan") if value is None else value)
    if cells and all(map(columns.missing, cells)):
        problems.add(f"column {quoted(name)} has no value at all")
    return result


def _keys(names: Sequence[str], cells: dict[str, list[str]], raw: Raw, problems: Problems) -> list[tuple[str, ...]]:
    for name in names:
        columns.note_missing(name, cells[name], raw, problems)
        for row, cell in enumerate(cells[name]):
            if "\n" in cell or "\r" in cell:
                problems.add(f"column {quoted(name)} has cells with a line break", raw.place(row))
    return list(zip(*(cells[name] for name in names), strict=True)) if names else [()] * len(raw.rows)


def _gathered(
    keys: Sequence[tuple[str, ...]], periods: Sequence[int], raw: Raw, frequency: Frequency, problems: Problems
) -> dict[tuple[str, ...], dict[int, int]]:
    """Return the row of each period of each series."""
    rows: dict[tuple[str, ...], dict[int, int]] = {}
    for row, (key, period) in enumerate(zip(keys, periods, strict=True)):
        first = rows.setdefault(key, {}).setdefault(period, row)
        if first != row:
            place = f"{raw.place(row)} repeats {frequency.text(period)} of {shown(key)} from {raw.place(first)}"
            problems.add("rows with a period that the series has already", place)
    spans = sum(max(found) - min(found) + 1 for found in rows.values())
    if spans > 1000 and len(raw.rows) < (1 - MOST_GAPS) * spans:
        problems.add(f"{len(raw.rows)} rows for {spans} {frequency.name} periods: is the frequency wrong, or a year?")
    return rows


def _series(key: tuple[str, ...], rows: dict[int, int], values: Sequence[float]) -> Series:
    start = min(rows)
    filled = np.full(max(rows) - start + 1, np.nan)
    for period, row in rows.items():
        filled[period - start] = values[row]
    return Series(key, start, filled)


def shown(key: Sequence[str]) -> str:
    """Name a series in a message or a picture."""
    return " / ".join(key) or "the series"
