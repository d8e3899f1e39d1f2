"""Quarterly trips of a few series, written as the toolkit writes channels: one is constant, one too short."""

import math
from collections.abc import Iterator
from pathlib import Path

from tests.containers import runtimes

HEADER = "Trips,Quarter,Region,Purpose"
SETTINGS = {
    "task": "forecasting",
    "target": "Trips",
    "time": "Quarter",
    "key": "Region,Purpose",
    "frequency": "quarterly",
    "horizon": "4",
}
SERIES = {("Nord", "Holiday"): 36, ("Nord", "Business"): 36, ("Süd", "Holiday"): 36, ("Süd", "Business"): 3}
END = 36


def value(region: str, purpose: str, step: int) -> float:
    """Return trips of a quarter: level, trend and season with a wobble, or always the same."""
    if (region, purpose) == ("Nord", "Business"):
        return 25.0
    level = 120.0 if region == "Nord" else 60.0
    return round(level + step / 2 + 18 * math.sin(step * math.pi / 2) + step * 37 % 11, 3)


def rows(first: int, end: int) -> Iterator[str]:
    """Yield lines of the periods from `first` to before `end`, each series from its own start."""
    for (region, purpose), length in SERIES.items():
        for step in range(max(first, END - length), end):
            yield f"{value(region, purpose, step)},{2005 + step // 4} Q{step % 4 + 1},{region},{purpose}"


def table(first: int, end: int) -> str:
    """Return a channel."""
    return "\n".join([HEADER, *rows(first, end)]) + "\n"


def place(base: Path, **settings: str) -> Path:
    """Place channels and hyperparameters for a training."""
    runtimes.channel(base, "train", table(0, END - 4))
    runtimes.channel(base, "validation", table(END - 4, END))
    runtimes.hyperparameters(base, **{**SETTINGS, **settings})
    return base
