"""What the demo shows at its end: candidates with their metrics, the gate's verdict, and how the traffic was split."""

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.table import Table

from local.demo.deployed import Run

# All of them stand in what `trainyard run` said before.
_MOST_METRICS = 4


def table(run: Run, weights: Mapping[str, float], answered: Mapping[str, int], predictions: Mapping[str, Any]) -> Table:
    """One row a candidate; `predictions` are what each variant says of the same row."""
    known = (name for candidate in run.candidates for name in candidate["metrics"])
    metrics = list(dict.fromkeys([run.gate["metric"], *known]))[:_MOST_METRICS]
    caption = f"{_gate(run.gate)}; answers: of {sum(answered.values())} requests; predicts: for the same row"
    made = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), caption=caption, caption_justify="left")
    for heading in ("candidate", *metrics, "gate", "weight", "answers", "predicts"):
        made.add_column(heading, overflow="fold", min_width=len(heading))
    for candidate in run.candidates:
        name = candidate["name"]
        values = [_number(candidate["metrics"].get(metric, "-")) for metric in metrics]
        live = [_number(weights[name]), str(answered.get(name, 0))] if name in weights else ["-", "-"]
        made.add_row(name, *values, run.verdict(candidate), *live, spelled(predictions.get(name, "-")))
    return made


def spelled(prediction: Any) -> str:
    """A prediction in a few words: a number, a class, a series of numbers, or why there is none."""
    if not isinstance(prediction, Mapping):
        return _number(prediction)
    if "label" in prediction:
        likely = prediction.get("probabilities", {}).get(prediction["label"])
        return str(prediction["label"]) + (f" ({likely:.0%})" if likely is not None else "")
    if "mean" in prediction:
        return ", ".join(map(_number, prediction["mean"]))
    return str(prediction.get("error", dict(prediction)))


def _gate(gate: Mapping[str, Any]) -> str:
    bounds = [f"{word} {gate[key]:g}" for key, word in (("min", "at least"), ("max", "at most")) if key in gate]
    return f"gate: {gate['metric']} {' and '.join(bounds)}"


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
