"""The page about a run: its head and its sections, in the order in which a person asks."""

from collections.abc import Iterable
from datetime import timedelta

from trainyard.report import comparison, data, pictures
from trainyard.report.chart import history
from trainyard.report.html import Markup, element, facts, folded, table, text
from trainyard.report.reading import Report
from trainyard.report.style import CSS
from trainyard.report.tuning import Trial, Tuning

# The browser itself refuses whatever a name from the data might try to load or run.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
GOOD, BAD = ("SUCCEEDED",), ("FAILED", "TIMED_OUT", "ABORTED")


def page(report: Report) -> str:
    """The whole file."""
    outcome = report.outcome
    title = f"{outcome.workload}: run {outcome.execution}"
    sections = [
        _head(report),
        element("section", element("h2", "Candidates"), comparison.section(report)),
        *_tunings(report),
        pictures.section(report),
        data.section(report),
        element("footer", f"{outcome.arn} · made by trainyard report; nothing on this page is fetched."),
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{text(title)}</title>\n<link rel="icon" href="data:,">\n<style>{CSS}</style>\n</head>\n'
        f"<body>\n<main>\n{_lines(sections)}</main>\n</body>\n</html>\n"
    )


def _lines(parts: Iterable[Markup]) -> str:
    return "".join(f"{part}\n" for part in parts if part)


def _head(report: Report) -> Markup:
    outcome, gate = report.outcome, comparison.gate_words(report.outcome.gate)
    took = span(outcome.stopped - outcome.started) if outcome.stopped else "still running"
    kind = "passed" if outcome.status in GOOD else "failed" if outcome.status in BAD else "none"
    pairs = [
        ("Run", outcome.execution),
        ("Status", element("strong", outcome.status, class_=kind)),
        ("Started", f"{outcome.started:%Y-%m-%d %H:%M %Z}"),
        ("Took", took),
        ("Task", report.plan.get("task", "-")),
        ("Target", report.plan.get("data", {}).get("target", "-")),
        ("Gate", gate or "none"),
        ("Serves now", outcome.endpoint or "no"),
    ]
    why = "\n".join(filter(None, [outcome.error, *outcome.cause]))
    cause = element("p", why, class_="cause") if why else ""
    return element("header", element("h1", outcome.workload or "Run"), facts(pairs), cause)


def span(took: timedelta) -> str:
    """A time in two units."""
    seconds = max(0, int(took.total_seconds()))
    if seconds >= 3600:
        return f"{seconds // 3600} h {seconds // 60 % 60} min"
    return f"{seconds // 60} min {seconds % 60} s" if seconds >= 60 else f"{seconds} s"


def _tunings(report: Report) -> list[Markup]:
    if not report.tunings:
        return []
    parts = [part for name, tuning in report.tunings.items() for part in _tuning(name or "candidate", tuning)]
    return [element("section", element("h2", "Tuning"), *parts)]


def _tuning(name: str, tuning: Tuning) -> list[Markup]:
    goal = "least" if tuning.direction == "Minimize" else "greatest"
    ended = sum(trial.objective is not None for trial in tuning.trials)
    trials = f"{ended} of {len(tuning.trials)} trials"
    said = f"{tuning.strategy} search for the {goal} {tuning.metric}; {trials} ended with it."
    drawn = [element("figure", history(tuning, name))] if tuning.scored else []
    header = ["Trial", "Status", "Ended (min)", tuning.metric, "Hyperparameters"]
    ranked = sorted(tuning.trials, key=lambda trial: _order(trial, tuning))
    rows = [_trial(place, trial) for place, trial in enumerate(ranked, start=1)]
    listed = (
        folded(f"All trials of {name}, best first", table(f"Tuning job {tuning.job}", header, rows))
        if rows
        else Markup()
    )
    return [element("h3", name), element("p", said), *drawn, listed]


def _order(trial: Trial, tuning: Tuning) -> tuple[bool, float]:
    if trial.objective is None:
        return True, 0.0
    return False, trial.objective if tuning.direction == "Minimize" else -trial.objective


def _trial(place: int, trial: Trial) -> list[str]:
    chosen = ", ".join(f"{name} {_short(value)}" for name, value in sorted(trial.hyperparameters.items()))
    ended = "-" if trial.minutes is None else f"{trial.minutes:.1f}"
    return [str(place), trial.status, ended, "-" if trial.objective is None else f"{trial.objective:.5g}", chosen]


def _short(value: str) -> str:
    try:
        return f"{float(value):.4g}"
    except ValueError:
        return value
