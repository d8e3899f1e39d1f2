"""The pictures of all candidates, those of a kind beside each other."""

from typing import Any

from trainyard.report.html import Markup, element, picture
from trainyard.report.reading import Evaluation, Report

# Wide pictures get the whole width each.
BROAD = {"forecast_fan.png", "forecast-report.png"}


def section(report: Report) -> Markup:
    """One part for each kind of picture."""
    kinds = dict.fromkeys(file for evaluation in report.evaluations.values() for file in _ordered(evaluation))
    parts = [part for kind in kinds for part in _kind(kind, report)]
    return element("section", element("h2", "Pictures"), *parts) if parts else Markup()


def _ordered(evaluation: Evaluation) -> list[str]:
    """As the evaluation drew them, then what it does not tell of."""
    told = [str(said.get("file")) for said in _said(evaluation)]
    return [*(file for file in told if file in evaluation.pictures), *sorted(evaluation.pictures.keys() - set(told))]


def _said(evaluation: Evaluation) -> list[dict[str, Any]]:
    return [said for said in evaluation.curves.get("pictures", []) if isinstance(said, dict)]


def _kind(file: str, report: Report) -> list[Markup]:
    shown = [(name, one) for name, one in report.evaluations.items() if file in one.pictures]
    titles = [said.get("title") for _, one in shown for said in _said(one) if said.get("file") == file]
    title = str(titles[0]) if titles else file.removesuffix(".png").replace("_", " ").replace("-", " ")
    figures = [_figure(name, one, file, title) for name, one in shown]
    return [element("h3", title), element("div", *figures, class_="plots broad" if file in BROAD else "plots")]


def _figure(name: str, evaluation: Evaluation, file: str, title: str) -> Markup:
    words = next((str(said.get("words", "")) for said in _said(evaluation) if said.get("file") == file), "")
    caption = Markup(element("strong", name) + element("span", f" {words}"))
    return picture(evaluation.pictures[file], f"{title} of {name}. {words}", caption, broad=file in BROAD)
