"""report.html: one file to look at, with nothing to fetch; it follows the reader's dark or light setting."""

import base64
import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 64rem; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { padding: .3rem 1rem .3rem 0; text-align: left; border-bottom: 1px solid #8886; }
td { font-variant-numeric: tabular-nums; }
.plots { display: flex; flex-wrap: wrap; gap: 1rem; }
img { background: #fff; border-radius: 6px; max-width: 100%; }
.passed { color: #1a7f37; } .failed { color: #cf222e; }
@media (prefers-color-scheme: dark) { .passed { color: #3fb950; } .failed { color: #ff7b72; } }
"""


def write(path: Path, title: str, facts: Mapping[str, Any], metrics: Mapping[str, Any], plots: Sequence[Path]) -> None:
    """Write the page."""
    escaped = html.escape(title)
    body = [
        "<!doctype html>",
        f'<html lang="en"><meta charset="utf-8"><title>{escaped}</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<style>{STYLE}</style><h1>{escaped}</h1>",
        _table(["", ""], [[name, value] for name, value in facts.items()]),
        _table(["metric", "value", "standard deviation"], [_metric(*item) for item in metrics.items()]),
        '<div class="plots">',
        *[_image(plot) for plot in plots],
        "</div></html>",
    ]
    path.write_text("\n".join(body) + "\n", encoding="utf-8")


def _metric(name: str, metric: Mapping[str, float]) -> list[str]:
    return [name, f"{metric['value']:.4g}", f"± {metric['standard_deviation']:.2g}"]


def _table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    head = "".join(f"<th>{html.escape(name)}</th>" for name in header)
    lines = ["".join(f"<td>{_cell(cell)}</td>" for cell in row) for row in rows]
    top = f"<tr>{head}</tr>" if any(header) else ""
    return f"<table>{top}{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def _cell(cell: Any) -> str:
    return cell.markup if isinstance(cell, Verdict) else html.escape(str(cell))


class Verdict:
    """The gate's word on a metric."""

    def __init__(self, gate: Mapping[str, Any], metrics: Mapping[str, Any]) -> None:
        self.passed = _passes(gate, metrics)
        bounds = ", ".join(f"{name} {value}" for name, value in gate.items() if name != "metric")
        self._text = f"{gate['metric']} {bounds}"

    @property
    def markup(self) -> str:
        """Return it coloured, and in words for who sees no colour."""
        word = "passed" if self.passed else "failed"
        return f'{html.escape(self._text)}: <strong class="{word}">{word}</strong>'


def _passes(gate: Mapping[str, Any], metrics: Mapping[str, Any]) -> bool:
    if gate["metric"] not in metrics:
        return False
    value = metrics[gate["metric"]]["value"]
    return bool(float(gate.get("min", value)) <= value <= float(gate.get("max", value)))


def _image(plot: Path) -> str:
    data = base64.b64encode(plot.read_bytes()).decode()
    return f'<img alt="{html.escape(plot.stem.replace("_", " "))}" src="data:image/png;base64,{data}">'
