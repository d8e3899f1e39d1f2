"""What all pictures share: size, colours that colour-blind people tell apart, saving with a text for who sees none."""

from pathlib import Path
from typing import Literal

import matplotlib
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from toolkit.plots.picture import Picture
from toolkit.text import clipped

matplotlib.use("Agg")
# Labels come from the data: a dollar sign in one is no formula.
matplotlib.rcParams["text.parse_math"] = False
matplotlib.rcParams["axes.spines.top"] = False
matplotlib.rcParams["axes.spines.right"] = False
matplotlib.rcParams["legend.frameon"] = False

# What the first font lacks is taken from the next, where it is installed: names in Chinese, Japanese, Korean.
FONTS = ("DejaVu Sans", "Droid Sans Fallback")
installed = {font.name for font in font_manager.fontManager.ttflist}
matplotlib.rcParams["font.family"] = [name for name in FONTS if name in installed]

# Okabe & Ito's palette (jfly.uni-koeln.de/color), without its yellow, which vanishes on white.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
LINES = ("-", "--", ":")
INK, ACCENT, REFERENCE, GRID = "#0072B2", "#D55E00", "#767676", "#e3e3e3"
Place = Literal["upper left", "lower left", "lower right"]
# More lines in one picture than this tell nobody anything.
SHOWN_CLASSES = len(COLOURS) * len(LINES)
DPI = 120


def axes(title: str, x: str, y: str, width: float = 5.6, height: float = 4.6) -> Axes:
    """Make a figure with one pair of labelled axes; sizes in inches."""
    made: Axes = Figure(figsize=(width, height), layout="constrained").add_subplot()
    made.set_title(clipped(title, 60), loc="left", fontsize="medium", fontweight="bold")
    made.set(xlabel=clipped(x), ylabel=clipped(y))
    made.grid(color=GRID, linewidth=0.8)
    made.set_axisbelow(True)
    return made


def style(number: int) -> tuple[str, str]:
    """Return colour and dashes of the n-th line: together they repeat only after `SHOWN_CLASSES`."""
    return COLOURS[number % len(COLOURS)], LINES[number // len(COLOURS) % len(LINES)]


def legend(made: Axes, lines: int, place: Place) -> None:
    """Name the lines inside of the picture, or beside it where they are many."""
    if lines > 6:
        made.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize="x-small")
    else:
        made.legend(loc=place, fontsize="small")


def save(figure: object, folder: Path, picture: Picture) -> Picture:
    """Write the file."""
    if isinstance(figure, Figure):
        figure.savefig(folder / picture.file, dpi=DPI, facecolor="white")
    return picture
