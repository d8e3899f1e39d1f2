"""Warm start: what earlier tuning jobs learned, and AWS's rules on which of them may teach.

https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-warm-start.html. With identical data and
algorithm the parents' results are the search's own first knowledge; for transfer learning, where values are not
comparable, the parents' best hyperparameters are tried first.
"""

from collections.abc import Iterator

from local.sagemaker.errors import validation
from local.sagemaker.store import Record, Table
from local.sagemaker.tuning import trials
from local.sagemaker.tuning.rangeparsing import parse
from local.sagemaker.tuning.ranges import Range
from local.sagemaker.tuning.search import Search

IDENTICAL = "IdenticalDataAndAlgorithm"
MOST_JOBS = 750
_TERMINAL = ("Completed", "Stopped", "Failed")
_TRANSFERRED = 5
_MOST_CHANGES = 10
_MAY_CHANGE = (
    "AlgorithmSpecification", "InputDataConfig", "OutputDataConfig", "StaticHyperParameters", "RoleArn",
    "ResourceConfig", "HyperParameterTuningResourceConfig", "StoppingCondition", "VpcConfig",
    "EnableManagedSpotTraining", "CheckpointConfig",
)  # fmt: skip


def parents(table: Table, request: Record) -> list[Record]:
    """Return the records of a request's parent tuning jobs.

    Raises:
        AwsError: there is no such tuning job.
    """
    return [table.get(parent.get("HyperParameterTuningJobName", "")) for parent in named(request)]


def named(request: Record) -> list[Record]:
    """Return what a request or a record says of its parents."""
    return list(request.get("WarmStartConfig", {}).get("ParentHyperParameterTuningJobs", []))


def check(record: Record, parent: Record, *, jobs: int) -> None:
    """Refuse a parent that AWS refuses; both are tuning jobs as they are described.

    Raises:
        AwsError: the parent still runs, or differs in what must be the same.
    """
    name, status = parent["HyperParameterTuningJobName"], parent["HyperParameterTuningJobStatus"]
    if status not in _TERMINAL:
        raise validation(
            f"The parent hyperparameter tuning job [{name}] is in status {status}. All parent jobs must be in a"
            f" terminal state: {', '.join(_TERMINAL)}."
        )
    if "TrainingJobDefinition" not in record or "TrainingJobDefinition" not in parent:
        raise validation("Warm start is supported only for tuning jobs with a single training job definition.")
    if len(parent["Trials"]) + jobs > MOST_JOBS:
        raise validation(
            f"The training jobs of all parent jobs count against the maximum number of training jobs [{MOST_JOBS}]."
        )
    _check_search(record, parent)
    _check_definition(record, parent)


def _check_search(record: Record, parent: Record) -> None:
    mine, theirs = _objective(record), _objective(parent)
    if mine != theirs:
        raise validation(
            f"The objective metric must be the same as in the parent jobs: {mine['Type']} {mine['MetricName']} is not"
            f" {theirs['Type']} {theirs['MetricName']}."
        )
    ours, old = _tunable(record), _tunable(parent)
    if set(ours) | set(_static(record)) != set(old) | set(_static(parent)):
        raise validation(
            "The set of tunable plus static HyperParameter names is not the same across current and parent tuning"
            " jobs. Please ensure this set is constant when warm starting. Note that previously static"
            " HyperParameters can be tuned in warm start jobs and vice versa."
        )
    if changed := sorted(key for key in set(ours) & set(old) if ours[key].kind != old[key].kind):
        raise validation(f"The type of hyperparameters must not change between parent jobs and a new one: {changed}.")
    if sum(_changes(record, parent)) > _MOST_CHANGES:
        raise validation(
            "The number of changes from tunable to static hyperparameters plus the number of changes in the values of"
            f" static hyperparameters cannot be more than {_MOST_CHANGES}."
        )


def _changes(record: Record, parent: Record) -> Iterator[int]:
    """Yield what AWS counts: a value of a categorical hyperparameter is a change each."""
    old_static, old = _static(parent), _tunable(parent)
    for name, value in _static(record).items():
        if name in old:
            yield int(old[name].size) if old[name].kind == "categorical" else 1
        elif old_static.get(name) != value:
            yield 1


def _check_definition(record: Record, parent: Record) -> None:
    mine, theirs = record["TrainingJobDefinition"], parent["TrainingJobDefinition"]
    identical = record["WarmStartConfig"]["WarmStartType"] == IDENTICAL
    allowed = [member for member in _MAY_CHANGE if not (identical and member == "InputDataConfig")]
    fixed = (set(mine) | set(theirs)) - {*allowed, "DefinitionName"}
    same_image = _repository(mine) == _repository(theirs)
    if not same_image or any(mine.get(member) != theirs.get(member) for member in fixed):
        names = ", ".join(member[0].lower() + member[1:] for member in allowed)
        raise validation(
            f"Only the following fields in TrainingJobDefinition are allowed to change: [{names}]."
            " The training image may only be another version of the parent's."
        )


def teach(search: Search, record: Record, elders: list[Record]) -> None:
    """Give a search what the parents' training jobs learned."""
    static = _static(record)
    known = [
        ({**_static(parent), **trial["TunedHyperParameters"]}, trial["Objective"])
        for parent in elders
        for trial in parent["Trials"]
        if "Objective" in trial
    ]
    if record["WarmStartConfig"]["WarmStartType"] == IDENTICAL:
        for values, objective in known:
            search.know({key: value for key, value in values.items() if key not in static}, objective)
        return
    sign = -1 if maximizes(record) else 1
    for values, _ in sorted(known, key=lambda item: sign * item[1])[:_TRANSFERRED]:
        search.suggest({key: value for key, value in values.items() if key not in static})


def maximizes(record: Record) -> bool:
    """Tell whether a tuning job with one definition looks for the highest value."""
    return bool(_objective(record)["Type"] == "Maximize")


def _objective(record: Record) -> Record:
    return dict(record["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"])


def _tunable(record: Record) -> dict[str, Range]:
    return {item.name: item for item in parse(record["HyperParameterTuningJobConfig"]["ParameterRanges"])}


def _static(record: Record) -> dict[str, str]:
    static = record["TrainingJobDefinition"].get("StaticHyperParameters", {})
    return {key: value for key, value in static.items() if key != trials.OBJECTIVE_HYPERPARAMETER}


def _repository(definition: Record) -> str:
    image = str(definition["AlgorithmSpecification"].get("TrainingImage", ""))
    return image.partition("@")[0].rpartition(":")[0] or image
