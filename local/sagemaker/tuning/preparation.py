"""From a CreateHyperParameterTuningJob to the work of its controller: defaults, checks, searches."""

from dataclasses import dataclass

from local.sagemaker.errors import validation
from local.sagemaker.s3files import S3Files, S3Problem
from local.sagemaker.store import Record, Table
from local.sagemaker.training import TrainingJobs
from local.sagemaker.tuning import bounds, checks, defaults, trials, warmstart
from local.sagemaker.tuning.completion import Progress
from local.sagemaker.tuning.rangeparsing import parse
from local.sagemaker.tuning.ranges import Range
from local.sagemaker.tuning.search import Search
from local.sagemaker.tuning.stopping import MedianRule
from local.sagemaker.tuning.strategies import Plan
from local.sagemaker.tuning.work import Work

_LONGEST_SECONDS = 30 * 86_400
_LIFTED = ("TuningObjective", "HyperParameterRanges")  # of a single definition these stand in the config


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A tuning job that may start: what is described of it, and its work."""

    record: Record
    work: Work


class Preparation:
    """Checks requests against what there is: parents, data, what training accepts."""

    def __init__(self, table: Table, training: TrainingJobs, s3: S3Files) -> None:
        self._table, self._training, self._s3 = table, training, s3

    def prepared(self, request: Record) -> Prepared:
        """Return the tuning job of a request.

        Raises:
            AwsError: AWS would refuse it.
        """
        request = defaults.applied(request)
        given = checks.definitions_of(request)
        spaces = [parse(item["HyperParameterRanges"]) for item in given]
        jobs = bounds.number_of_jobs(request["HyperParameterTuningJobConfig"], spaces)
        for definition, ranges in zip(given, spaces, strict=True):
            checks.check_definition(definition, ranges)
        definitions = [trials.settled(item, item["TuningObjective"]) for item in given]
        for definition, ranges in zip(definitions, spaces, strict=True):
            self._check_training(definition, ranges)
        elders = warmstart.parents(self._table, request)
        for parent in elders:
            warmstart.check(request, parent, jobs=jobs)
        work = _work(request, definitions, spaces, jobs)
        if elders:
            warmstart.teach(work.searches[0], request, elders)
        return Prepared(record=_record(request, definitions, work), work=work)

    def _check_training(self, definition: Record, ranges: list[Range]) -> None:
        """Refuse now what every training job would meet."""
        values = {item.name: "0" for item in ranges}
        self._training.check(trials.request("check", definition, values, []))
        for channel in definition.get("InputDataConfig", []):
            if source := channel["DataSource"].get("S3DataSource"):
                try:
                    self._s3.sources(source["S3Uri"], source["S3DataType"])
                except S3Problem as error:
                    raise validation(str(error)) from error


def _record(request: Record, definitions: list[Record], work: Work) -> Record:
    record = {key: value for key, value in request.items() if key != "Tags"}
    if "TrainingJobDefinition" in record:
        record["TrainingJobDefinition"] = {k: v for k, v in definitions[0].items() if k not in _LIFTED}
    else:
        record["TrainingJobDefinitions"] = definitions
    return {
        **record,
        "HyperParameterTuningJobStatus": "InProgress",
        "TuningJobCompletionDetails": work.progress.details,
        "Trials": [],
    }


def _work(request: Record, definitions: list[Record], spaces: list[list[Range]], jobs: int) -> Work:
    config = request["HyperParameterTuningJobConfig"]
    maximize = definitions[0]["TuningObjective"]["Type"] == "Maximize"
    early = config["TrainingJobEarlyStoppingType"] == "Auto"
    if len(definitions) > 1 and early:
        raise validation("Early stopping is supported only with a single training job definition.")
    criteria = config.get("TuningJobCompletionCriteria", {})
    return Work(
        definitions=definitions,
        searches=[Search(_plan(request, *pair, jobs)) for pair in zip(definitions, spaces, strict=True)],
        tags=request.get("Tags", []),
        jobs=jobs,
        parallel=config["ResourceLimits"]["MaxParallelTrainingJobs"],
        seconds=config["ResourceLimits"].get("MaxRuntimeInSeconds", _LONGEST_SECONDS),
        progress=Progress(criteria, maximize=maximize, hyperparameters=max(map(len, spaces))),
        median=MedianRule(maximize=maximize) if early else None,
    )


def _plan(request: Record, definition: Record, ranges: list[Range], jobs: int) -> Plan:
    config = request["HyperParameterTuningJobConfig"]
    low, high = bounds.hyperband(config, definition)
    return Plan(
        name=request["HyperParameterTuningJobName"],
        strategy=config["Strategy"],
        ranges=ranges,
        maximize=definition["TuningObjective"]["Type"] == "Maximize",
        jobs=jobs,
        seed=config.get("RandomSeed"),
        min_resource=low,
        max_resource=high,
    )
