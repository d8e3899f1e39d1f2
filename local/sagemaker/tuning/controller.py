"""One tuning job at work: a thread that launches training jobs, watches their metrics and decides when it is done.

It takes no place in the queue of jobs: its training jobs do. All that others may know is written to the table.
"""

import logging
import math
import threading
import time
from collections.abc import Callable

from local.sagemaker.endings import announce
from local.sagemaker.errors import AwsError
from local.sagemaker.store import Record, Table
from local.sagemaker.tuning import trials
from local.sagemaker.tuning.outcomes import Outcomes
from local.sagemaker.tuning.search import Candidate
from local.sagemaker.tuning.work import Running, Trainer, Work

_ENDED = frozenset({"Completed", "Failed", "Stopped"})
_LONGEST_REASON = 1024
_log = logging.getLogger(__name__)


class Controller:
    """Drives one tuning job from its first training job to its end."""

    def __init__(
        self,
        table: Table,
        name: str,
        work: Work,
        trainer: Trainer,
        *,
        clock: Callable[[], float] = time.monotonic,
        poll_seconds: float = 0.1,
    ) -> None:
        self._table, self._name, self._work, self._trainer = table, name, work, trainer
        self._clock, self._poll = clock, poll_seconds
        self._running: list[Running] = []
        self._outcomes = Outcomes()
        self._launched = 0
        self._stopping = threading.Event()
        self._closing = threading.Event()
        self._wake = threading.Event()

    def stop(self) -> None:
        """Ask the tuning job to stop; returns at once."""
        self._stopping.set()
        self._wake.set()

    def close(self) -> None:
        """Leave the tuning job as it is: the server ends."""
        self._closing.set()
        self._wake.set()

    def run(self) -> None:
        """Live the tuning job's life; never raises."""
        status, reason = "Completed", ""
        try:
            self._drive()
        except AwsError as error:  # a training job that SageMaker refuses
            status, reason = "Failed", f"ClientError: {error.message}"
        except Exception as error:
            _log.exception("tuning job %s", self._name)
            status, reason = "Failed", f"InternalServerError: {error!r}"
        try:
            self._drain()
            if not self._closing.is_set():
                self._finish(status, reason)
        except Exception:
            _log.exception("the end of tuning job %s", self._name)

    def _drive(self) -> None:
        """Launch and watch until nothing is left to do."""
        started = self._clock()
        while not (self._closing.is_set() or self._stopping.is_set()):
            self._collect()
            self._judge()
            if self._work.progress.done or self._outcomes.hopeless or self._clock() - started >= self._work.seconds:
                return
            if not self._launch() and not self._running:
                return
            self._pause()

    def _pause(self) -> None:
        self._wake.wait(self._poll)
        self._wake.clear()

    def _launch(self) -> bool:
        """Fill the free places; return whether there may be more to launch."""
        while self._launched < self._work.jobs and len(self._running) < self._work.parallel:
            proposed = self._work.propose(self._launched)
            if proposed is None:
                return False
            self._start(*proposed)
        return self._launched < self._work.jobs

    def _start(self, index: int, candidate: Candidate) -> None:
        self._launched += 1
        definition = self._work.definitions[index]
        job = trials.name(self._name, self._launched)
        trial = {"TrainingJobName": job, "TunedHyperParameters": candidate.values, "ObjectiveStatus": "Pending"}
        if "DefinitionName" in definition:
            trial["DefinitionName"] = definition["DefinitionName"]
        self._trainer.create(
            trials.request(job, definition, candidate.values, self._work.tags),
            {"TuningJobArn": self._table.kind.arn(self._name)},
        )
        self._running.append(Running(name=job, definition=index, candidate=candidate))
        self._table.change(self._name, lambda record: record["Trials"].append(trial))

    def _collect(self) -> None:
        """Take note of training jobs that ended."""
        for running in list(self._running):
            job = self._describe(running.name)
            if job["TrainingJobStatus"] in _ENDED:
                self._running.remove(running)
                self._ended(running, job)

    def _describe(self, name: str) -> Record:
        try:
            return self._trainer.describe({"TrainingJobName": name})
        except AwsError:  # somebody deleted it
            return {"TrainingJobStatus": "Failed"}

    def _ended(self, running: Running, job: Record) -> None:
        objective = None if job["TrainingJobStatus"] == "Failed" else trials.objective_of(job)
        self._work.searches[running.definition].tell(running.candidate.number, objective)
        self._outcomes.add(job["TrainingJobStatus"], objective)
        if objective is not None:
            self._work.progress.add(objective)
        if self._work.median and job["TrainingJobStatus"] != "Failed":
            self._work.median.add(self._curve(running), completed=job["TrainingJobStatus"] == "Completed")

        def change(record: Record) -> None:
            trial = next(item for item in record["Trials"] if item["TrainingJobName"] == running.name)
            trial["ObjectiveStatus"] = "Failed" if objective is None else "Succeeded"
            if objective is not None:
                trial["Objective"] = objective
            record["TuningJobCompletionDetails"] = self._work.progress.details

        self._table.change(self._name, change)

    def _judge(self) -> None:
        """Stop training jobs that are not worth their time."""
        for running in self._running:
            curve = self._curve(running)
            search = self._work.searches[running.definition]
            for step in range(running.seen + 1, len(curve) + 1):
                value = curve[step - 1]
                hopeless = search.hopeless(running.candidate.number, step, value)
                if hopeless or (self._work.median and self._work.median.hopeless(step, value)):
                    self._ask_to_stop(running)
                    break
            running.seen = len(curve)

    def _curve(self, running: Running) -> list[float]:
        points = self._trainer.points(running.name)
        return [value for metric, value, _ in points if metric == trials.OBJECTIVE and math.isfinite(value)]

    def _ask_to_stop(self, running: Running) -> None:
        if not running.asked_to_stop:
            running.asked_to_stop = True
            try:
                self._trainer.stop({"TrainingJobName": running.name})
            except AwsError:  # it ended by itself, or somebody stopped it
                _log.debug("%s needs no stop", running.name)

    def _drain(self) -> None:
        """Stop what still runs and wait for it."""
        while self._running and not self._closing.is_set():
            for running in self._running:
                self._ask_to_stop(running)
            self._collect()
            if self._running:
                self._pause()

    def _finish(self, status: str, reason: str) -> None:
        if status == "Completed" and self._stopping.is_set():
            status = "Stopped"
        elif status == "Completed" and (reason := self._outcomes.reason):
            status = "Failed"
        members = {"FailureReason": reason[:_LONGEST_REASON]} if reason else {}
        self._table.update(
            self._name, HyperParameterTuningJobStatus=status, HyperParameterTuningEndTime=time.time(), **members
        )
        announce(self._name)
