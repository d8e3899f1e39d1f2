"""What the state machine asks for: plan.json, read once into frozen data."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from contract.errors import UserError

Task = Literal["classification", "regression"]
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
    return Plan(
        workload=str(raw["workload"]),
        task=cast(Task, _one_of("task", raw["task"], ("classification", "regression"))),
        layout=cast(Layout, _one_of("layout", raw["layout"], ("raw", "encoded"))),
        target=str(raw["data"]["target"]),
        split=_split(prepare["split"]),
        seed=int(prepare["seed"]),
        decoders={name: candidate["decoder"] for name, candidate in raw["candidates"].items()},
        gate=raw.get("gate") or {},
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
