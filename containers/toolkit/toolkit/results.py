"""What an evaluation leaves in its folder: metrics.json for the gate, curves.json, pictures and report.html."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from contract.errors import UserError

from toolkit import report
from toolkit.plan import Plan
from toolkit.plots.picture import Picture

log = logging.getLogger(__name__)

# The workflow reads the file into a state, which holds 256 KiB for all candidates together.
LIMIT_BYTES = 16_000


@dataclass(frozen=True)
class Result:
    """One candidate's evaluation."""

    group: str
    metrics: Mapping[str, Mapping[str, float]]
    counts: Mapping[str, int]
    curves: Mapping[str, Any]
    draw: Callable[[Path], list[Picture]]
    more: Mapping[str, Any] = field(default_factory=dict)
    """Members of the group that are no single number: the confusion matrix."""


def write(folder: Path, plan: Plan, candidate: str, result: Result, *, drawn: bool = True) -> None:
    """Write every file; metrics.json last, so that it stands for a whole evaluation."""
    folder.mkdir(parents=True, exist_ok=True)
    text = _metrics(result)
    pictures = result.draw(folder) if drawn else []
    shown = {**result.curves, "pictures": [asdict(picture) for picture in pictures]}
    (folder / "curves.json").write_text(json.dumps(shown, ensure_ascii=False, allow_nan=False), encoding="utf-8")
    verdict = report.verdict(plan.gate, result.metrics)
    page = report.page(plan, candidate, result.counts, result.metrics, verdict, result.curves, pictures, folder)
    (folder / "report.html").write_text(page, encoding="utf-8")
    (folder / "metrics.json").write_text(text + "\n", encoding="utf-8")
    for name, metric in result.metrics.items():
        log.info("%s %.4g ± %.2g", name, metric["value"], metric["standard_deviation"])


def _metrics(result: Result) -> str:
    """Return the model-quality form; what is no number is left to curves.json where it does not fit."""
    for more in (result.more, {}):
        document = {result.group: {**result.metrics, **more}, **result.counts}
        text = json.dumps(document, indent=1, allow_nan=False)
        if len(text.encode()) <= LIMIT_BYTES:
            return text
    raise UserError(f"metrics.json would have {len(text)} bytes, more than {LIMIT_BYTES}")
