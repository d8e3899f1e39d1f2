"""Candidates side by side: every metric with its deviation, the best marked, and what the gate says."""

from math import isfinite
from typing import Any

from trainyard.outcome import Candidate
from trainyard.report.html import Markup, element, folded, table, verdict
from trainyard.report.reading import Evaluation, Report

LESS_IS_BETTER = ("mae", "mse", "rmse", "mape", "mase", "rmsse")
SHARES = {"coverage_80": 0.80, "coverage_95": 0.95}
BOUNDS = {"min": "at least", "max": "at most"}
WORST_SHOWN = 10
CLASSES_SHOWN = 20


def section(report: Report) -> Markup:
    """The table, and what is too long for it, folded."""
    candidates = report.outcome.candidates
    names = list(dict.fromkeys(name for candidate in candidates for name in candidate.metrics))
    gate = report.outcome.gate or {}
    rows: list[list[Any]] = [_metric_row(name, gate, report) for name in names]
    rows.append(["Gate", *(_gate_cell(candidate) for candidate in candidates)])
    rows += _count_rows(report)
    header = ["", *(candidate.name for candidate in candidates)]
    caption = "Metrics on the test set ± standard deviation (bootstrap); the best of each is bold"
    details = [
        part
        for name, evaluation in report.evaluations.items()
        for part in (_matrix(name, evaluation), _worst(name, evaluation))
    ]
    return element("div", table(caption, header, rows), *_reasons(report), *details)


def gate_words(gate: dict[str, Any] | None) -> str:
    """The gate as a person says it."""
    if not gate:
        return ""
    return " ".join([str(gate.get("metric")), *(f"{word} {gate[key]}" for key, word in BOUNDS.items() if key in gate)])


def _metric_row(name: str, gate: dict[str, Any], report: Report) -> list[Any]:
    candidates = report.outcome.candidates
    best = _best(name, [candidate.metrics[name] for candidate in candidates if name in candidate.metrics])
    label = f"{name} (gate)" if name == gate.get("metric") else name.replace("_", " ")
    unit = " (%)" if name == "mape" or name in SHARES else ""
    return [label + unit, *(_cell(candidate, name, best, report) for candidate in candidates)]


def _best(name: str, values: list[float]) -> float | None:
    """The best of several; none where all are alike."""
    known = [value for value in values if isfinite(value)]
    if len(set(known)) < 2:
        return None
    if name in SHARES:
        return min(known, key=lambda value: abs(value - SHARES[name]))
    return min(known) if name in LESS_IS_BETTER else max(known)


def _cell(candidate: Candidate, name: str, best: float | None, report: Report) -> Any:
    if name not in candidate.metrics:
        return "-"
    value, factor = candidate.metrics[name], 100 if name in SHARES else 1
    deviation = _deviation(report.evaluations.get(candidate.name), name)
    said = "" if deviation is None else f" ± {digits(factor * deviation, 2)}"
    number = element("span", digits(factor * value, 4), class_="best" if value == best else None)
    return element("span", number, element("small", said))


def digits(value: float, count: int) -> str:
    """Round to so many digits; no power of ten where six digits do."""
    return f"{float(f'{value:.{count}g}'):g}"


def _deviation(evaluation: Evaluation | None, name: str) -> float | None:
    groups = [group for key, group in (evaluation.metrics if evaluation else {}).items() if key.endswith("_metrics")]
    found = [group[name].get("standard_deviation") for group in groups if isinstance(group.get(name), dict)]
    return next((value for value in found if isinstance(value, int | float)), None)


def _gate_cell(candidate: Candidate) -> Markup:
    return verdict(passed=False if candidate.reason else candidate.passed)


def _reasons(report: Report) -> list[Markup]:
    """Why candidates have no metrics."""
    failed = [candidate for candidate in report.outcome.candidates if candidate.reason]
    return [element("p", f"{one.name} failed. {one.reason}", class_="cause") for one in failed]


def _count_rows(report: Report) -> list[list[Any]]:
    """Rows, series, failed series: what the evaluation counted."""
    documents = [
        report.evaluations.get(candidate.name, Evaluation()).metrics for candidate in report.outcome.candidates
    ]
    names = list(dict.fromkeys(name for one in documents for name, value in one.items() if isinstance(value, int)))
    labels = {"rows": "test rows"}
    return [[labels.get(name, name.replace("_", " ")), *(one.get(name, "-") for one in documents)] for name in names]


def _matrix(name: str, evaluation: Evaluation) -> Markup:
    categories, matrix = evaluation.curves.get("categories", []), evaluation.curves.get("confusion_matrix", [])
    if not 0 < len(categories) <= CLASSES_SHOWN:
        return Markup()
    rows = [[f"actual {label}", *counts] for label, counts in zip(categories, matrix, strict=False)]
    made = table("Test rows by actual and predicted class", ["", *(f"predicted {label}" for label in categories)], rows)
    return folded(f"Confusion matrix of {name}", made)


def _worst(name: str, evaluation: Evaluation) -> Markup:
    """The series with the greatest errors, and those without a forecast."""
    if not evaluation.series:
        return Markup()
    by = "mase" if any(row.get("mase") for row in evaluation.series) else "rmse"
    rows = sorted(evaluation.series, key=lambda row: -_number(row.get(by)))[:WORST_SHOWN]
    columns = [column for column in rows[0] if column not in ("mae", "mse")]
    cells = [[_short(row.get(column) or "") for column in columns] for row in rows]
    return folded(f"Hardest series of {name} (all are in accuracy.csv)", table(f"Greatest {by} first", columns, cells))


def _number(cell: str | None) -> float:
    try:
        return float(cell or "inf")
    except ValueError:
        return float("inf")


def _short(cell: str) -> str:
    try:
        return f"{float(cell):.4g}" if "." in cell else cell
    except ValueError:
        return cell
