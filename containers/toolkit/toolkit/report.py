"""report.html: one file to look at, with nothing to fetch; it follows the reader's dark or light setting."""

import base64
import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from toolkit.plan import Plan
from toolkit.plots.picture import Picture

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
:root { --line: #8886; --good: #1a7f37; --bad: #cf222e; }
@media (prefers-color-scheme: dark) { :root { --good: #3fb950; --bad: #ff7b72; } }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: .5rem 0; }
th, td { padding: .3rem 1.2rem .3rem 0; text-align: left; border-bottom: 1px solid var(--line); }
th { font-weight: 600; }
td { font-variant-numeric: tabular-nums; }
.plots { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }
figure { margin: 0; } figure.broad { grid-column: 1 / -1; }
figcaption { font-size: .9rem; }
img { background: #fff; border-radius: 6px; height: auto; max-width: 100%; }
@media (max-width: 40rem) { .broad img { max-width: none; width: 36rem; } }
.passed { color: var(--good); } .failed { color: var(--bad); }
"""
# The browser itself refuses whatever a name from the data might try to load or run.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
BROAD = {"forecast_fan.png"}
SHOWN_CLASSES = 20
SHARES = ("coverage_80", "coverage_95")


def page(
    plan: Plan,
    candidate: str,
    counts: Mapping[str, int],
    metrics: Mapping[str, Mapping[str, float]],
    verdict: str,
    curves: Mapping[str, Any],
    pictures: Sequence[Picture],
    folder: Path,
) -> str:
    """Return the page."""
    title = html.escape(f"{plan.workload}: {candidate}")
    facts = [["task", plan.task], ["target", plan.target], *([_spoken(name), count] for name, count in counts.items())]
    body = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<title>{title}</title>\n<link rel="icon" href="data:,">\n<style>{STYLE}</style>\n</head>\n<body>\n<main>',
        f"<h1>{title}</h1>",
        verdict,
        _table("Facts", ["", ""], facts),
        _table("Metrics on the test set", ["metric", "value", "standard deviation"], map(_metric, metrics.items())),
        _confusion(curves),
        f'<h2>Pictures</h2>\n<div class="plots">\n{"".join(_figure(picture, folder) for picture in pictures)}</div>',
        "</main>\n</body>\n</html>",
    ]
    return "\n".join(filter(None, body)) + "\n"


def _spoken(name: str) -> str:
    return "test rows" if name == "rows" else name.replace("_", " ")


def _metric(item: tuple[str, Mapping[str, float]]) -> list[str]:
    name, metric = item
    value, deviation = metric["value"], metric["standard_deviation"]
    if name in SHARES:
        return [name.replace("_", " "), f"{100 * value:.1f} %", f"± {100 * deviation:.1f} %"]
    return [name + (" (%)" if name == "mape" else ""), _digits(value, 4), f"± {_digits(deviation, 2)}"]


def _digits(value: float, count: int) -> str:
    return f"{float(f'{value:.{count}g}'):g}"


def _table(title: str, header: Sequence[str], rows: Any) -> str:
    """Return a table whose first cells name its rows."""
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in header)
    top = f"<thead><tr>{head}</tr></thead>" if any(header) else ""
    lines = (
        f'<tr><th scope="row">{html.escape(str(row[0]))}</th>'
        + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    inner = f"<table>{top}<tbody>{''.join(lines)}</tbody></table>"
    label = html.escape(title)
    return f'<h2>{label}</h2>\n<div class="wide" role="region" aria-label="{label}" tabindex="0">{inner}</div>'


def _confusion(curves: Mapping[str, Any]) -> str:
    categories = curves.get("categories", ())
    if not 0 < len(categories) <= SHOWN_CLASSES:
        return ""
    rows = [[f"actual {name}", *row] for name, row in zip(categories, curves["confusion_matrix"], strict=True)]
    return _table("Confusion matrix (test rows)", ["", *(f"predicted {name}" for name in categories)], rows)


def verdict(gate: Mapping[str, Any], metrics: Mapping[str, Mapping[str, float]]) -> str:
    """Return the gate's word, coloured, and in words for who sees no colour; nothing without a gate."""
    if not gate:
        return ""
    word = "passed" if passes(gate, metrics) else "failed"
    bounds = " and ".join(
        f"{said} {gate[name]}" for name, said in (("min", "at least"), ("max", "at most")) if name in gate
    )
    text = html.escape(f"Gate: {gate['metric']} {bounds}")
    return f'<p>{text}: <strong class="{word}">{word}</strong></p>'


def passes(gate: Mapping[str, Any], metrics: Mapping[str, Mapping[str, float]]) -> bool:
    """Judge as the workflow's gate will."""
    if gate["metric"] not in metrics:
        return False
    value = metrics[gate["metric"]]["value"]
    return bool(float(gate.get("min", value)) <= value <= float(gate.get("max", value)))


def _figure(picture: Picture, folder: Path) -> str:
    data = base64.b64encode((folder / picture.file).read_bytes()).decode()
    words = html.escape(picture.words)
    broad, title = picture.file in BROAD, html.escape(picture.title)
    image = f'<img alt="{title}. {words}" src="data:image/png;base64,{data}">'
    if not broad:
        return f"<figure>{image}<figcaption>{words}</figcaption></figure>\n"
    scrolled = f'<div class="wide" role="group" aria-label="{title}" tabindex="0">{image}</div>'
    return f'<figure class="broad">{scrolled}<figcaption>{words}</figcaption></figure>\n'
