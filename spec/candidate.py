"""One way to model the data: an algorithm, its hyperparameters, where and how it trains."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from spec import builtins, rules
from spec.algorithm import Algorithm, BuiltinAlgorithm, ImageAlgorithm
from spec.base import CheckedScalar, Model, Scalar, spelled
from spec.gate import Task
from spec.instance import Instance, Spot
from spec.problems import Problem, refuse
from spec.tuning import Tuning


def _one_group(regex: str) -> str:
    try:
        groups = re.compile(regex).groups
    except re.error as error:
        refuse([Problem((), regex, f"a regular expression: {error}")])
    else:
        if groups < 1:
            refuse([Problem((), regex, "a regular expression with one group, (...), around the number")])
    return regex


Regex = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_one_group)]
MetricName = Annotated[str, Field(min_length=1, max_length=255)]
HyperparameterName = Annotated[str, Field(min_length=1, max_length=256)]


class Candidate(Model):
    """Trains, is scored and gated, and becomes a variant of the endpoint.

    Limits of hyperparameters and metrics: CreateTrainingJob, HyperParameters and MetricDefinitions.
    """

    algorithm: Algorithm = Field(description="{builtin, version}, {image} or {script, framework, version}.")
    instance: Instance = Field(default_factory=Instance, description="Machines of the training job.")
    spot: Spot | None = Field(None, description="Train on spare capacity; off if not given.")
    metrics: Annotated[Mapping[MetricName, Regex], Field(max_length=40)] = Field(
        default_factory=dict, description="Own images and scripts: metrics in the log, by regular expression."
    )
    tuning: Tuning | None = Field(None, description="Search hyperparameters instead of training once.")
    hyperparameters: Annotated[Mapping[HyperparameterName, CheckedScalar], Field(max_length=100)] = Field(
        default_factory=dict,
        validate_default=True,
        description="Fixed ones; those of the task are added.",
    )

    @field_validator("spot")
    @classmethod
    def _waits_long_enough(cls, spot: Spot | None, info: ValidationInfo) -> Spot | None:
        if spot:
            refuse(rules.spot_problems(spot, info.data.get("instance"), info.data.get("algorithm")))
        return spot

    @field_validator("metrics")
    @classmethod
    def _own(cls, metrics: Mapping[str, str], info: ValidationInfo) -> Mapping[str, str]:
        if metrics and isinstance(info.data.get("algorithm"), BuiltinAlgorithm):
            refuse([Problem((), dict(metrics), "nothing: built-ins define their own metrics")])
        return metrics

    @field_validator("tuning")
    @classmethod
    def _tunable(cls, tuning: Tuning | None, info: ValidationInfo) -> Tuning | None:
        if tuning and "algorithm" in info.data:
            refuse(rules.tuning_problems(tuning, info.data["algorithm"], info.data.get("metrics")))
        return tuning

    @field_validator("hyperparameters")
    @classmethod
    def _known(cls, given: Mapping[str, Scalar], info: ValidationInfo) -> Mapping[str, Scalar]:
        if "algorithm" in info.data:
            algorithm, tuning = info.data["algorithm"], info.data.get("tuning")
            missing = rules.missing_problems(given, algorithm, tuning) if "tuning" in info.data else ()
            refuse([*rules.hyperparameter_problems(given, algorithm, tuning), *missing])
        return given

    def decoder(self, task: Task) -> dict[str, str]:
        """How the answers of this candidate read; see features.json in docs/contracts.md."""
        if isinstance(self.algorithm, BuiltinAlgorithm):
            return builtins.decoder(self.algorithm.builtin, task, self.hyperparameters)
        if task == "forecasting":
            return {"format": "json", "output": "forecast"}
        labels = "label-probabilities" if isinstance(self.algorithm, ImageAlgorithm) else "label"
        return {"format": "csv", "output": "value" if task == "regression" else labels}

    def training_hyperparameters(self, task: Task, classes: int | None = None) -> dict[str, str]:
        """All fixed hyperparameters, those that follow from the task included, as SageMaker's strings."""
        derived = {name: choices[0] for name, choices in self.follows(task, classes).items() if choices}
        return derived | {name: spelled(value) for name, value in self.hyperparameters.items()}

    def task_problems(self, task: Task, classes: int | None) -> Iterator[Problem]:
        """What of this candidate contradicts the workload's task."""
        if isinstance(self.algorithm, BuiltinAlgorithm):
            if task == "forecasting":
                yield Problem(
                    ("algorithm", "builtin"),
                    self.algorithm.builtin,
                    "an image or a script: no built-in forecasts",
                )
                return
            if task == "classification" and classes is None:
                yield Problem(
                    ("algorithm", "builtin"),
                    self.algorithm.builtin,
                    "data.classes or data.sample: a built-in is told how many labels there are",
                )
                return
            yield from rules.objective_problems(self.tuning, self.algorithm, builtins.kind_of(task, classes))
        yield from rules.contradictions(self.hyperparameters, self.follows(task, classes), task)

    def follows(self, task: Task, classes: int | None) -> dict[str, tuple[str, ...]]:
        """What the task leaves to choose for a hyperparameter; the first choice is what it becomes."""
        if isinstance(self.algorithm, BuiltinAlgorithm):
            kind = builtins.kind_of(task, classes)
            return builtins.follows(self.algorithm.builtin, kind, classes, self.hyperparameters)
        return {"task": (task,)} if isinstance(self.algorithm, ImageAlgorithm) else {}
