"""What is told about a tuning job: its counters, its best training job, its summaries."""

import time
from contextlib import suppress

from local.sagemaker import lists
from local.sagemaker.errors import AwsError
from local.sagemaker.store import Record, Table
from local.sagemaker.training import TrainingJobs
from local.sagemaker.tuning import trials, warmstart

_FINAL = "FinalHyperParameterTuningJobObjectiveMetric"


class Views:
    """Descriptions of tuning jobs, from their table and that of the training jobs."""

    def __init__(self, table: Table, training: TrainingJobs) -> None:
        self._table = table
        self._training = training

    def description(self, record: Record) -> Record:
        """Return what DescribeHyperParameterTuningJob tells."""
        described = {**record, **self.counters(record)}
        if best := self._best(record):
            described["BestTrainingJob"] = best
        if record.get("WarmStartConfig", {}).get("WarmStartType") == warmstart.IDENTICAL:
            overall = self._overall_best(record)
            described |= {"OverallBestTrainingJob": overall} if overall else {}
        end = record.get("HyperParameterTuningEndTime", time.time())
        described["ConsumedResources"] = {"RuntimeInSeconds": int(end - record["CreationTime"])}
        return described

    def row(self, record: Record) -> Record:
        """Return the HyperParameterTuningJobSummary of a tuning job."""
        config = record["HyperParameterTuningJobConfig"]
        told = {"Strategy": config["Strategy"], "ResourceLimits": config["ResourceLimits"]}
        return {**record, **self.counters(record), **told}

    def training_jobs(self, record: Record, request: Record) -> Record:
        """Return a page of ListTrainingJobsForHyperParameterTuningJob."""
        rows = [self._summary(record, trial) for trial in record["Trials"]]
        rows = [row for row in rows if request.get("StatusEquals") in (None, row["TrainingJobStatus"])]
        by = str(request.get("SortBy", "Name"))
        if by == "FinalObjectiveMetricValue":
            rows = [row for row in rows if _FINAL in row]
            rows.sort(key=lambda row: row[_FINAL]["Value"])
        else:
            member = {"Name": "TrainingJobName", "Status": "TrainingJobStatus"}.get(by, by)
            rows.sort(key=lambda row: (row[member], row["TrainingJobName"]))
        if request.get("SortOrder") == "Descending":
            rows.reverse()
        return lists.cut(rows, request, "TrainingJobSummaries")

    def counters(self, record: Record) -> Record:
        """Return both kinds of counters."""
        jobs = [self._training_job(trial) for trial in record["Trials"]]
        return {
            "TrainingJobStatusCounters": trials.status_counters(jobs),
            "ObjectiveStatusCounters": trials.objective_counters(record["Trials"]),
        }

    def _training_job(self, trial: Record) -> Record:
        with suppress(AwsError):
            return self._training.describe({"TrainingJobName": trial["TrainingJobName"]})
        return {"TrainingJobStatus": "Failed", "CreationTime": 0.0}  # somebody deleted it

    def _best(self, record: Record) -> Record | None:
        maximize = _objectives(record)[""]["Type"] == "Maximize"
        found = trials.best(record["Trials"], maximize=maximize)
        return self._summary(record, found) if found else None

    def _overall_best(self, record: Record) -> Record | None:
        names = [parent["HyperParameterTuningJobName"] for parent in warmstart.named(record)]
        family = [record]
        for name in names:
            with suppress(AwsError):  # a parent may be deleted by now
                family.append(self._table.get(name))
        found = [best for member in family if (best := self._best(member))]
        sign = -1 if warmstart.maximizes(record) else 1
        return min(found, key=lambda item: sign * item[_FINAL]["Value"], default=None)

    def _summary(self, record: Record, trial: Record) -> Record:
        objective = _objectives(record)[trial.get("DefinitionName", "")]
        return trials.summary(record[f"{self._table.kind.prefix}Name"], trial, self._training_job(trial), objective)


def _objectives(record: Record) -> dict[str, Record]:
    """Return the objective of each definition by name; under "" that of any."""
    several = record.get("TrainingJobDefinitions")
    if not several:
        only = record["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]
        return {"": only, record["TrainingJobDefinition"].get("DefinitionName", ""): only}
    return {"": several[0]["TuningObjective"]} | {item["DefinitionName"]: item["TuningObjective"] for item in several}
