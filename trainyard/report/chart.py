"""The tuning history as SVG, which follows the page's colours and stays sharp on every screen."""

from collections.abc import Callable
from math import floor, log10

from trainyard.report.html import Markup, element
from trainyard.report.tuning import Tuning

WIDTH, HEIGHT = 480, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 14, 34, 44
Scale = Callable[[float], float]


def history(tuning: Tuning, candidate: str) -> Markup:
    """Draw each trial's objective at its end, and the best so far as a stair."""
    points, steps = tuning.scored, tuning.best
    across = ticks(0.0, max(minutes for minutes, _ in points))
    up = ticks(min(value for _, value in points), max(value for _, value in points))
    x = _scale(across[0], across[-1], LEFT, WIDTH - RIGHT)
    y = _scale(up[0], up[-1], HEIGHT - BOTTOM, TOP)
    title = f"Tuning of {candidate}"
    words = f"{len(points)} trials over {points[-1][0]:.3g} minutes; the best {tuning.metric} is {steps[-1][1]:.4g}."
    dots = [_circle(x(minutes), y(value), f"{value:.4g} after {minutes:.1f} min") for minutes, value in points]
    stair = element("path", class_="best-line", d=_stair(steps, points[-1][0], x, y))
    return element(
        "svg", element("title", title), element("desc", words), *_frame(across, up, x, y, tuning.metric), stair, *dots,
        *_legend(), viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_label=f"{title}. {words}",
    )  # fmt: skip


def _scale(low: float, high: float, start: float, end: float) -> Scale:
    return lambda value: start + (value - low) / (high - low) * (end - start)


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Round values that span the range, at most about `count`; never one alone."""
    if not high > low:
        pad = abs(high) * 0.1 or 1.0
        low, high = low - pad, high + pad
    rough = (high - low) / count
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough)
    first = floor(low / step)
    found = [first * step]
    while found[-1] < high - step * 1e-9:
        found.append((first + len(found)) * step)
    return found


def _frame(across: list[float], up: list[float], x: Scale, y: Scale, metric: str) -> list[Markup]:
    lines = [_line(LEFT, y(value), WIDTH - RIGHT, y(value)) for value in up]
    lines += [_line(x(value), TOP, x(value), HEIGHT - BOTTOM) for value in across]
    words = [_text(LEFT - 6, y(value) + 4, f"{value:.4g}", "end") for value in up]
    words += [_text(x(value), HEIGHT - BOTTOM + 17, f"{value:.4g}", "middle") for value in across]
    words.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, "minutes since the tuning job began", "middle"))
    return [*lines, *words, _text(4, 14, metric, "start")]


def _line(x1: float, y1: float, x2: float, y2: float) -> Markup:
    return element("line", class_="grid", x1=f"{x1:.1f}", y1=f"{y1:.1f}", x2=f"{x2:.1f}", y2=f"{y2:.1f}")


def _text(x: float, y: float, words: str, anchor: str) -> Markup:
    return element("text", words, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor)


def _circle(x: float, y: float, words: str) -> Markup:
    return element("circle", element("title", words), class_="trial", cx=f"{x:.1f}", cy=f"{y:.1f}", r="4")


def _stair(steps: list[tuple[float, float]], end: float, x: Scale, y: Scale) -> str:
    path = f"M{x(steps[0][0]):.1f},{y(steps[0][1]):.1f}"
    for minutes, value in steps[1:]:
        path += f"H{x(minutes):.1f}V{y(value):.1f}"
    return f"{path}H{x(end):.1f}"


def _legend() -> list[Markup]:
    right = WIDTH - RIGHT
    return [
        element("circle", class_="trial", cx=right - 164, cy=12, r="4"),
        _text(right - 154, 16, "trial", "start"),
        element("path", class_="best-line", d=f"M{right - 108},12h22"),
        _text(right - 80, 16, "best so far", "start"),
    ]
