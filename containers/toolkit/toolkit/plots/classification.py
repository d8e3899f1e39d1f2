"""Confusion matrix, ROC, precision against recall, calibration."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes

from toolkit.plots.canvas import REFERENCE, SHOWN_CLASSES, Place, axes, legend, save, style
from toolkit.plots.picture import Picture
from toolkit.text import squeezed

SHOWN_CELLS = 20

Curves = Mapping[str, Mapping[str, Sequence[float]]]


def draw(curves: Mapping[str, Any], folder: Path) -> list[Picture]:
    """Draw what the curves allow."""
    pictures = [_confusion(curves["confusion_matrix"], curves["categories"], folder)]
    if "roc" in curves:
        pictures += [_roc(curves["roc"], folder), _precision_recall(curves["precision_recall"], folder)]
        pictures.append(_calibration(curves["calibration"], folder))
    return pictures


def _confusion(matrix: Sequence[Sequence[int]], categories: Sequence[str], folder: Path) -> Picture:
    names = [squeezed(category, 18) for category in categories]
    size = 4.0 + 0.3 * min(len(names), SHOWN_CELLS)
    made = axes("Confusion matrix", "predicted class", "actual class", size + 0.9, size)
    made.grid(visible=False)
    shares = [[count / max(sum(row), 1) for count in row] for row in matrix]
    image = made.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    bar = made.figure.colorbar(image, ax=made, label="share of the actual class")
    bar.outline.set_visible(False)
    if len(names) <= SHOWN_CELLS:
        crowded = max(map(len, names)) * len(names) > 30
        made.set_xticks(range(len(names)), names, rotation=40 if crowded else 0, ha="right" if crowded else "center")
        made.set_yticks(range(len(names)), names)
        _counts(made, matrix, shares)
    right, rows = sum(row[place] for place, row in enumerate(matrix)), sum(map(sum, matrix))
    words = f"Counts of test rows by actual class (down) and predicted class (across): {right} of {rows} are right."
    return save(made.figure, folder, Picture("confusion_matrix.png", "Confusion matrix", words))


def _counts(made: Axes, matrix: Sequence[Sequence[int]], shares: Sequence[Sequence[float]]) -> None:
    for row, counts in enumerate(matrix):
        for column, count in enumerate(counts):
            ink = "white" if shares[row][column] > 0.5 else "black"
            made.text(column, row, str(count), ha="center", va="center", color=ink)


def _lines(made: Axes, curves: Curves, x: str, y: str, marker: str = "", place: Place = "lower right") -> None:
    shown = list(curves.items())[:SHOWN_CLASSES]
    for number, (category, curve) in enumerate(shown):
        colour, dashes = style(number)
        made.plot(
            curve[x], curve[y], label=squeezed(category, 24), color=colour, linestyle=dashes,
            marker=marker, markersize=4,
        )  # fmt: skip
    legend(made, len(shown), place)
    made.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))


def _roc(curves: Curves, folder: Path) -> Picture:
    made = axes("ROC, each class against the rest", "false positive rate", "true positive rate")
    made.plot([0, 1], [0, 1], color=REFERENCE, linestyle="--", linewidth=1, label="chance")
    _lines(made, curves, "false_positive_rate", "true_positive_rate")
    words = "True against false positive rate of each class over all thresholds; the nearer the upper left, the better."
    return save(made.figure, folder, Picture("roc.png", "ROC", words))


def _precision_recall(curves: Curves, folder: Path) -> Picture:
    made = axes("Precision and recall, each class against the rest", "recall", "precision")
    _lines(made, curves, "recall", "precision", place="lower left")
    words = "Precision against recall of each class over all thresholds; the nearer the upper right, the better."
    return save(made.figure, folder, Picture("precision_recall.png", "Precision and recall", words))


def _calibration(curves: Curves, folder: Path) -> Picture:
    made = axes("Calibration", "predicted probability (mean of a bin)", "share of rows that are of the class")
    made.plot([0, 1], [0, 1], color=REFERENCE, linestyle="--", linewidth=1, label="perfect")
    _lines(made, curves, "predicted", "observed", marker="o", place="upper left")
    words = "How often a class is right when the model gives it a probability; on the dashed line the two agree."
    return save(made.figure, folder, Picture("calibration.png", "Calibration", words))
