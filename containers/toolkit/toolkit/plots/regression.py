"""Actual against predicted, and what remains."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from toolkit.plots.canvas import ACCENT, INK, REFERENCE, axes, save
from toolkit.plots.picture import Picture

Curves = Mapping[str, Any]


def draw(curves: Curves, target: str, folder: Path) -> list[Picture]:
    """Draw all three."""
    return [_fit(curves, target, folder), _residuals(curves, target, folder), _histogram(curves, target, folder)]


def _alpha(rows: int) -> float:
    return 0.75 if rows < 200 else 0.4


def _fit(curves: Curves, target: str, folder: Path) -> Picture:
    actual, predicted = curves["actual"], curves["predicted"]
    made = axes("Actual against predicted", f"predicted {target}", f"actual {target}")
    ends = [min(*actual, *predicted), max(*actual, *predicted)]
    made.plot(ends, ends, color=REFERENCE, linestyle="--", linewidth=1, label="actual = predicted")
    made.scatter(predicted, actual, s=20, alpha=_alpha(len(actual)), color=INK, edgecolors="none", label="test row")
    made.legend(loc="upper left", fontsize="small")
    words = f"Each test row by predicted and actual {target}; on the dashed line the two are equal."
    return save(made.figure, folder, Picture("actual_predicted.png", "Actual against predicted", words))


def _residuals(curves: Curves, target: str, folder: Path) -> Picture:
    predicted = curves["predicted"]
    left = [real - guess for real, guess in zip(curves["actual"], predicted, strict=True)]
    made = axes("Residuals", f"predicted {target}", f"residual: actual less predicted {target}")
    made.axhline(0, color=REFERENCE, linestyle="--", linewidth=1)
    made.scatter(predicted, left, s=20, alpha=_alpha(len(left)), color=INK, edgecolors="none")
    words = f"Actual less predicted {target} of each test row; a pattern around the line at 0 is what the model missed."
    return save(made.figure, folder, Picture("residuals.png", "Residuals", words))


def _histogram(curves: Curves, target: str, folder: Path) -> Picture:
    found, mean = curves["residuals"], curves["residuals"]["mean"]
    made = axes("Distribution of the residuals", f"residual: actual less predicted {target}", "test rows")
    edges = found["edges"]
    width = edges[1] - edges[0]
    made.bar(edges[:-1], found["rows"], width, align="edge", color=INK, edgecolor="white", linewidth=0.5)
    made.axvline(0, color=REFERENCE, linestyle="--", linewidth=1)
    made.axvline(mean, color=ACCENT, linewidth=1.5, label=f"mean {mean:.3g}")
    made.legend(loc="upper right", fontsize="small")
    words = f"How many test rows have which residual; their mean is {mean:.3g}."
    return save(made.figure, folder, Picture("residual_histogram.png", "Distribution of the residuals", words))
