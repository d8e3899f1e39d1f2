"""The workload's own values for its fan-out: those of a run, of the candidates that take part."""

from collections.abc import Mapping
from typing import Any

from spec.fan_out import FanOut
from spec.workload import Workload


def taking_part(workload: Workload, fan_out: FanOut) -> Workload:
    """The workload with these candidates alone."""
    chosen = fan_out.candidates or tuple(workload.candidates)
    return workload.model_copy(update={"candidates": {name: workload.candidates[name] for name in chosen}})


def fan_out_settings(workload: Workload, fan_out: FanOut, settings: Mapping[str, Any]) -> dict[str, Any]:
    """`settings` are the run's; `workload` has the candidates that take part."""
    candidates = {name: settings["candidates"][name] for name in workload.candidates}
    divided = {"prefix": True} if fan_out.prefix else {"by": list(fan_out.by)}
    return {**settings, "candidates": candidates, "fan_out": divided}
