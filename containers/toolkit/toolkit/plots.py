"""Pictures of an evaluation, drawn from the same data that curves.json holds."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from toolkit.text import clipped

matplotlib.use("Agg")
# Labels come from the data: a dollar sign in one is no formula.
matplotlib.rcParams["text.parse_math"] = False

SHOWN_CLASSES = 20
INK = "#1f4e79"
REFERENCE = "#999999"


def draw(curves: Mapping[str, Any], target: str, folder: Path) -> list[str]:
    """Draw what the curves allow and return the files' names."""
    if "actual" in curves:
        return [_regression(curves, target, folder), _residuals(curves, target, folder)]
    files = [_confusion(curves["confusion_matrix"], curves["categories"], folder)]
    return [*files, _roc(curves["roc"], folder)] if "roc" in curves else files


def _axes(title: str, x: str, y: str, size: float = 5.5) -> Axes:
    axes: Axes = Figure(figsize=(size, size * 0.85), layout="constrained").add_subplot()
    axes.set(title=clipped(title), xlabel=clipped(x), ylabel=clipped(y))
    return axes


def _save(axes: Axes, folder: Path, name: str) -> str:
    figure = axes.get_figure()
    if isinstance(figure, Figure):
        figure.savefig(folder / name, dpi=110)
    return name


def _confusion(matrix: Sequence[Sequence[int]], categories: Sequence[str], folder: Path) -> str:
    names = [clipped(category, 18) for category in categories]
    axes = _axes("Confusion matrix", "predicted", "actual", 4.5 + 0.2 * min(len(names), SHOWN_CLASSES))
    shares = [[count / max(sum(row), 1) for count in row] for row in matrix]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    if len(names) <= SHOWN_CLASSES:
        axes.set_xticks(range(len(names)), names, rotation=45, ha="right")
        axes.set_yticks(range(len(names)), names)
        _counts(axes, matrix, shares)
    return _save(axes, folder, "confusion_matrix.png")


def _counts(axes: Axes, matrix: Sequence[Sequence[int]], shares: Sequence[Sequence[float]]) -> None:
    for row, counts in enumerate(matrix):
        for column, count in enumerate(counts):
            ink = "white" if shares[row][column] > 0.5 else "black"
            axes.text(column, row, str(count), ha="center", va="center", color=ink)


def _roc(curves: Mapping[str, Mapping[str, Sequence[float]]], folder: Path) -> str:
    axes = _axes("ROC", "false positive rate", "true positive rate")
    axes.plot([0, 1], [0, 1], color=REFERENCE, linestyle="--", linewidth=1)
    for category, curve in list(curves.items())[:SHOWN_CLASSES]:
        axes.plot(curve["false_positive_rate"], curve["true_positive_rate"], label=clipped(category, 24))
    axes.legend(loc="lower right", fontsize="small")
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    return _save(axes, folder, "roc.png")


def _regression(curves: Mapping[str, Sequence[float]], target: str, folder: Path) -> str:
    actual, predicted = curves["actual"], curves["predicted"]
    axes = _axes("Actual against predicted", f"actual {target}", f"predicted {target}")
    ends = [min(*actual, *predicted), max(*actual, *predicted)]
    axes.plot(ends, ends, color=REFERENCE, linestyle="--", linewidth=1)
    axes.scatter(actual, predicted, s=14, alpha=0.6, color=INK, edgecolors="none")
    return _save(axes, folder, "actual_predicted.png")


def _residuals(curves: Mapping[str, Sequence[float]], target: str, folder: Path) -> str:
    predicted = curves["predicted"]
    residuals = [real - guess for real, guess in zip(curves["actual"], predicted, strict=True)]
    axes = _axes("Residuals", f"predicted {target}", "actual less predicted")
    axes.axhline(0, color=REFERENCE, linestyle="--", linewidth=1)
    axes.scatter(predicted, residuals, s=14, alpha=0.6, color=INK, edgecolors="none")
    return _save(axes, folder, "residuals.png")
