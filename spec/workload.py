"""The whole of a `workload.yaml`, validated."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    Field,
    PrivateAttr,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
)

from spec import rules, sample
from spec.algorithm import BuiltinAlgorithm, ImageAlgorithm, ScriptAlgorithm
from spec.base import NAME, Model
from spec.batch import Batch, batch_problems
from spec.candidate import Candidate
from spec.data import Data, Prepare
from spec.endpoint import Endpoint, endpoint_problems
from spec.fan_out import FanOut, fan_out_problems
from spec.gate import METRICS, Gate, Task
from spec.problems import Problem, refuse
from spec.registry import Registry
from spec.schedule import Schedule, Trigger

Name = Annotated[str, Field(pattern=NAME, max_length=20)]
CandidateName = Annotated[str, Field(pattern=NAME, max_length=16)]

RESERVED = "prepare"
"""Stands where a candidate's name stands in the names of jobs (docs/contracts.md)."""

_CANDIDATE = TypeAdapter(Candidate)


class Workload(Model):
    """Data, candidates, the gate they must pass, and the endpoint they serve from.

    At most 10 candidates: an endpoint has at most 10 production variants.
    """

    name: Name = Field(description="Name of the workload and of its folder; part of every AWS name.")
    description: str = Field("", max_length=256, description="What it predicts, in a line.")
    task: Task = Field(description="What is predicted: a number, a class, or numbers of the future.")
    horizon: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        None, validate_default=True, description="Forecasting: how many steps ahead."
    )
    data: Data = Field(description="The data to learn from.")
    prepare: Prepare = Field(default_factory=Prepare, description="How the data is split.")
    candidates: Annotated[Mapping[CandidateName, Candidate], Field(min_length=1, max_length=10)] = Field(
        description="What trains and competes, by name.", json_schema_extra={"additionalProperties": False}
    )
    concurrency: Annotated[int, Field(ge=1, le=10)] = Field(4, description="How many candidates train at once.")
    gate: Gate = Field(description="What a candidate must reach on the test set.")
    registry: Registry = Field(default_factory=Registry, description="Versions of the model, and their approval.")
    endpoint: Endpoint = Field(description="What serves the candidates that passed.")
    batch: Batch = Field(default_factory=Batch, description="How predictions for whole files are made.")
    fan_out: FanOut | None = Field(
        None, description="Many data sets with models of their own (trainyard fan-out); no such thing if not given."
    )
    schedule: Schedule | None = Field(
        None, description="When to train again, or to predict; only by hand if not given."
    )
    trigger: Trigger | None = Field(None, description="What else starts a run.")

    _folder: Path = PrivateAttr(default=Path())

    @property
    def folder(self) -> Path:
        """Where the workload's files are: the sample, scripts."""
        return self._folder

    @property
    def layout(self) -> Literal["raw", "encoded"]:
        """What is on the wire: numbers only as soon as one candidate is a built-in."""
        builtin = any(isinstance(c.algorithm, BuiltinAlgorithm) for c in self.candidates.values())
        return "encoded" if builtin else "raw"

    @property
    def images(self) -> frozenset[str]:
        """Images of our own that the workload needs."""
        algorithms = (candidate.algorithm for candidate in self.candidates.values())
        return frozenset({"toolkit"} | {a.image for a in algorithms if isinstance(a, ImageAlgorithm)})

    def model_post_init(self, context: Any) -> None:
        """Remember the folder that the loader gives as context."""
        self._folder = _folder(context)

    @field_validator("horizon")
    @classmethod
    def _horizon_for_forecasts(cls, horizon: int | None, info: ValidationInfo) -> int | None:
        task = info.data.get("task")
        if task and (task == "forecasting") != (horizon is not None):
            allowed = "steps ahead, required for forecasting" if horizon is None else f"nothing for {task}"
            refuse([Problem((), horizon, allowed)])
        return horizon

    @field_validator("data")
    @classmethod
    def _data_for_task(cls, data: Data, info: ValidationInfo) -> Data:
        task = info.data.get("task")
        refuse([*sample.task_problems(data, task), *sample.file_problems(data, _folder(info.context))])
        if task == "classification" and data.classes is None and data.sample:
            return sample.counted(data, _folder(info.context))
        return data

    @field_validator("candidates", mode="wrap")
    @classmethod
    def _candidates_for_task(
        cls, value: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo
    ) -> Mapping[str, Candidate]:
        failure = None
        try:
            candidates: Mapping[str, Candidate] = handler(value)
        except ValidationError as error:
            failure, candidates = error, _sound_ones(value)
        refuse(_candidate_problems(candidates, info), also=failure)
        return candidates

    @field_validator("gate")
    @classmethod
    def _gate_fits_task(cls, gate: Gate, info: ValidationInfo) -> Gate:
        task = info.data.get("task")
        if task and gate.metric not in METRICS[task]:
            refuse([Problem(("metric",), gate.metric, f"for {task} one of {', '.join(METRICS[task])}")])
        return gate

    @field_validator("endpoint")
    @classmethod
    def _endpoint_fits_candidates(cls, endpoint: Endpoint, info: ValidationInfo) -> Endpoint:
        if "candidates" not in info.data:
            return endpoint
        refuse(endpoint_problems(endpoint, info.data["candidates"], info.data.get("task")))
        return endpoint.weighted(info.data["candidates"])

    @field_validator("batch")
    @classmethod
    def _batch_fits_candidates(cls, batch: Batch, info: ValidationInfo) -> Batch:
        if "candidates" in info.data:
            refuse(batch_problems(batch, info.data["candidates"]))
        return batch

    @field_validator("trigger")
    @classmethod
    def _trigger_sees_the_data(cls, trigger: Trigger | None, info: ValidationInfo) -> Trigger | None:
        data = info.data.get("data")
        if trigger and data and data.uri:
            refuse([Problem(("new_data",), data.uri, "nothing: the data is in a bucket that is not the deployment's")])
        return trigger

    @field_validator("fan_out")
    @classmethod
    def _fan_out_fits_the_rest(cls, fan_out: FanOut | None, info: ValidationInfo) -> FanOut | None:
        if fan_out:
            names = info.data.get("candidates", ())
            refuse(fan_out_problems(fan_out, info.data.get("data"), names, _folder(info.context)))
        return fan_out


def _folder(context: Any) -> Path:
    return context["folder"] if context else Path()


def _sound_ones(value: Any) -> dict[str, Candidate]:
    sound = {}
    for name, raw in value.items() if isinstance(value, dict) else ():
        try:
            sound[name] = _CANDIDATE.validate_python(raw)
        except ValidationError:
            continue
    return sound


def _candidate_problems(candidates: Mapping[str, Candidate], info: ValidationInfo) -> list[Problem]:
    problems: list[Problem] = []
    folder, task, data = _folder(info.context), info.data.get("task"), info.data.get("data")
    if RESERVED in candidates:
        problems.append(Problem((RESERVED,), RESERVED, "another name: the job that prepares the data has it"))
    for name, candidate in candidates.items():
        found: list[Problem] = []
        if task and (data or task != "classification"):
            found += candidate.task_problems(task, data.classes if data else None)
        if data and (horizon := info.data.get("horizon")):
            follows = {member: (value,) for member, value in data.series(horizon).items() if member != "task"}
            found += rules.contradictions(candidate.hyperparameters, follows, "forecasting")
        if isinstance(candidate.algorithm, ScriptAlgorithm):
            found += sample.script_problems(candidate.algorithm.script, folder)
        problems += [Problem((name, *problem.where), problem.value, problem.allowed) for problem in found]
    return problems
