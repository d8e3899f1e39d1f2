"""One instance's share of a job's objects: its servers come up, and each of its objects is transformed."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from local.sagemaker.context import Context
from local.sagemaker.runs import JobStopped
from local.sagemaker.store import Record
from local.sagemaker.transform.asking import Asker, ObjectFailed
from local.sagemaker.transform.dataprocessing import DataProcessing
from local.sagemaker.transform.instance import Instance
from local.sagemaker.transform.jsonpath import PathProblem
from local.sagemaker.transform.objects import Objects
from local.sagemaker.transform.parameters import settle

Object = tuple[str, str]  # URI, path below the prefix


class Shares:
    """What the instances of a job do."""

    def __init__(self, context: Context, request: Record, over: threading.Event, started: str) -> None:
        """`over` is set when nobody wants the answers any more; `started` is the time of the job's start."""
        self._context = context
        self._request = request
        self._over = over
        self._started = started

    def work(self, instance: Instance, objects: list[Object], folder: Path) -> list[str]:
        """Transform an instance's share, and return how objects failed; one does not keep others from their turn.

        Raises:
            JobFailed: the servers do not come up.
            JobStopped: nobody wants the answers any more.
            S3Problem: an object cannot be read, or a result not be written.
        """
        instance.start(folder)
        instance.await_healthy()
        self._check_over()
        parameters = settle(self._request, instance.offered())
        instance.data_log.say(str(parameters))
        try:
            processing = DataProcessing(self._request, self._started)
        except PathProblem as problem:
            for uri, _ in objects:
                instance.data_log.about(uri, str(problem))
            return ["ClientError"]
        asker = Asker(instance, self._request, self._over, chunked=parameters.payload is None)
        worker = Objects(self._context, self._request, parameters, processing, asker, instance.data_log)
        try:
            with ThreadPoolExecutor(parameters.parallel) as pool:
                found = pool.map(lambda item: self._transformed(worker, item, folder), objects)
                return [failure for failure in found if failure]
        finally:
            worker.close()

    def _transformed(self, worker: Objects, item: Object, folder: Path) -> str:
        self._check_over()
        try:
            worker.transform(*item, folder)
        except ObjectFailed as failure:
            return str(failure)
        return ""

    def _check_over(self) -> None:
        if self._over.is_set():
            raise JobStopped
