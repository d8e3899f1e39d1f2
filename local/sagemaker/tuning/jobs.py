"""The operations on tuning jobs."""

import threading
import time

from local.sagemaker import lists, tags
from local.sagemaker.context import Context
from local.sagemaker.errors import AwsError, in_use, validation
from local.sagemaker.store import Kind, Record
from local.sagemaker.training import TrainingJobs
from local.sagemaker.tuning.controller import Controller
from local.sagemaker.tuning.preparation import Preparation
from local.sagemaker.tuning.views import Views

_UNFINISHED = ("InProgress", "Stopping")
KIND = Kind(
    prefix="HyperParameterTuningJob",
    segment="hyper-parameter-tuning-job",
    missing=lambda name, _: AwsError("ResourceNotFound", f"Amazon SageMaker can't find a tuning job with name {name}."),
    taken=lambda name, _: in_use(
        f"A hyperparameter tuning job with the name, {name}, already exists. Choose a different name."
    ),
)


class TuningJobs:
    """Create, Describe, List, Stop and Delete of tuning jobs, and the list of a job's training jobs."""

    def __init__(self, context: Context, training: TrainingJobs) -> None:
        self.table = context.table(KIND)
        self._tags = context.tags
        self._training = training
        self._preparation = Preparation(self.table, training, context.s3)
        self._views = Views(self.table, training)
        self._controllers: dict[str, tuple[Controller, threading.Thread]] = {}
        self._lock = threading.Lock()
        self.interrupted()

    def interrupted(self) -> None:
        """Fail the tuning jobs that a server left unfinished: nobody drives them any more."""
        for record in self.table.all():
            if record["HyperParameterTuningJobStatus"] in _UNFINISHED:
                self.table.change(record["HyperParameterTuningJobName"], _interrupt)

    def create(self, request: Record) -> Record:
        """CreateHyperParameterTuningJob."""
        tags.check(request.get("Tags", []))
        prepared = self._preparation.prepared(request)
        name = request["HyperParameterTuningJobName"]
        controller = Controller(self.table, name, prepared.work, self._training)
        thread = threading.Thread(target=self._run, args=(name, controller), name=f"tuning-{name}", daemon=True)
        with self._lock:  # who stops it at once must find its controller
            arn = self.table.add(name, prepared.record)
            self._controllers[name] = controller, thread
            thread.start()
        self._tags.add(arn, prepared.work.tags)
        return {"HyperParameterTuningJobArn": arn}

    def _run(self, name: str, controller: Controller) -> None:
        controller.run()
        with self._lock:
            self._controllers.pop(name, None)

    def describe(self, request: Record) -> Record:
        """DescribeHyperParameterTuningJob."""
        return self._views.description(self.table.get(request["HyperParameterTuningJobName"]))

    def list(self, request: Record) -> Record:
        """ListHyperParameterTuningJobs."""
        member = "HyperParameterTuningJobSummaries"
        page = lists.page(self.table, request, member)
        return {**page, member: [self._views.row(record) for record in page[member]]}

    def training_jobs(self, request: Record) -> Record:
        """ListTrainingJobsForHyperParameterTuningJob."""
        return self._views.training_jobs(self.table.get(request["HyperParameterTuningJobName"]), request)

    def stop(self, request: Record) -> Record:
        """StopHyperParameterTuningJob."""
        name = request["HyperParameterTuningJobName"]

        def mark(record: Record) -> None:
            status = record["HyperParameterTuningJobStatus"]
            if status != "InProgress":
                raise validation(
                    f"The request was rejected because the hyperparameter tuning job is in status {status}."
                )
            record["HyperParameterTuningJobStatus"] = "Stopping"

        self.table.change(name, mark)
        with self._lock:
            found = self._controllers.get(name)
        if found:
            found[0].stop()
        return {}

    def delete(self, request: Record) -> Record:
        """DeleteHyperParameterTuningJob: the tuning job alone, its training jobs stay."""
        record = self.table.get(request["HyperParameterTuningJobName"])
        status = record["HyperParameterTuningJobStatus"]
        if status in _UNFINISHED:
            raise validation(f"The request was rejected because the hyperparameter tuning job is in status {status}.")
        self._tags.forget(self.table.remove(record["HyperParameterTuningJobName"])[f"{KIND.prefix}Arn"])
        return {}

    def close(self) -> None:
        """Leave the tuning jobs as they are and end their threads; the queue of jobs ends their training jobs."""
        with self._lock:
            found = list(self._controllers.values())
        for controller, _ in found:
            controller.close()
        for _, thread in found:
            thread.join()


def _interrupt(record: Record) -> None:
    for trial in record["Trials"]:
        if trial["ObjectiveStatus"] == "Pending":
            trial["ObjectiveStatus"] = "Failed"
    record.update(
        HyperParameterTuningJobStatus="Failed",
        HyperParameterTuningEndTime=time.time(),
        FailureReason="InternalServerError: the embedded AWS ended while the tuning job was in progress",
    )
