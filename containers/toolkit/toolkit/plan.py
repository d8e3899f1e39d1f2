"""What the state machine asks for: plan.json, read once into frozen data."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from contract.errors import UserError

from toolkit.forecasting.periods import FREQUENCIES, Frequency

Task = Literal["classification", "regression", "forecasting"]
Layout = Literal["raw", "encoded"]


@dataclass(frozen=True)
class Split:
    """Shares of the rows; validation may be none."""

    train: float
    validation: float
    test: float

    @property
    def shares(self) -> tuple[float, float, float]:
        """In the order in which the parts are cut."""
        return self.train, self.validation, self.test

    @property
    def parts(self) -> int:
        """Parts that get rows."""
        return sum(share > 0 for share in self.shares)


@dataclass(frozen=True)
class Forecast:
    """How the rows of the data are series, and how far to look ahead."""

    key: tuple[str, ...]
    time: str
    frequency: Frequency
    horizon: int


@dataclass(frozen=True)
class Plan:
    """One run's plan."""

    workload: str
    task: Task
    layout: Layout
    target: str
    split: Split
    seed: int
    decoders: Mapping[str, Mapping[str, str]]
    gate: Mapping[str, Any]
    forecast: Forecast | None = None


def read(path: Path) -> Plan:
    """Read the plan; what is missing or wrong is named by its path in the file."""
    if not path.exists():
        raise UserError(f"no plan at {path}")
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return _plan(raw)
    except KeyError as error:
        raise UserError(f"plan.json lacks {error.args[0]!r}") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise UserError(f"plan.json is not a plan: {error}") from error


def _plan(raw: Mapping[str, Any]) -> Plan:
    prepare = raw["prepare"]
    task = cast(Task, _one_of("task", raw["task"], ("classification", "regression", "forecasting")))
    return Plan(
        workload=str(raw["workload"]),
        task=task,
        layout=cast(Layout, _one_of("layout", raw["layout"], ("raw", "encoded"))),
        target=str(raw["data"]["target"]),
        split=_split(prepare["split"]),
        seed=int(prepare["seed"]),
        decoders={name: candidate["decoder"] for name, candidate in raw["candidates"].items()},
        gate=raw.get("gate") or {},
        forecast=_forecast(raw) if task == "forecasting" else None,
    )


def _forecast(raw: Mapping[str, Any]) -> Forecast:
    data, horizon = raw["data"], int(raw["horizon"])
    key = data.get("key", ())
    if horizon < 1:
        raise UserError(f"plan.json: horizon is {horizon}; it must be 1 or more")
    key = (key,) if isinstance(key, str) else tuple(map(str, key))
    if "horizon" in key:
        raise UserError("plan.json: a key column named 'horizon' would clash with the request's horizon; rename it")
    return Forecast(
        key=key,
        time=str(data["time"]),
        frequency=FREQUENCIES[_one_of("frequency", data["frequency"], tuple(FREQUENCIES))],
        horizon=horizon,
    )


def _one_of(field: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise UserError(f"plan.json: {field} is {value!r}; the toolkit knows {', '.join(allowed)}")
    return value


def _split(raw: Mapping[str, Any]) -> Split:
    split = Split(float(raw["train"]), float(raw.get("validation", 0)), float(raw["test"]))
    if min(split.train, split.test) <= 0 or split.validation < 0 or abs(sum(split.shares) - 1) > 1e-6:
        raise UserError(f"plan.json: split {split.shares} needs train and test above 0 and a sum of 1")
    return split
