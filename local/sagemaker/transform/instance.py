"""One instance of a transform job: the model's containers as servers, asked one after the other."""

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.runtime.interface import Launch
from local.sagemaker import containers, modeldata
from local.sagemaker.context import Context
from local.sagemaker.jobs import new_instance_id
from local.sagemaker.logs import LogStream
from local.sagemaker.runs import JobFailed
from local.sagemaker.servers import Answer, ModelServer, ServerBroken, ServerTimedOut, ServerUnavailable
from local.sagemaker.store import Record
from local.sagemaker.transform import parameters
from local.sagemaker.transform.datalog import DataLog

_LOG_GROUP = "/aws/sagemaker/TransformJobs"
_SEE_LOGS = "See job logs for more information"


@dataclass(frozen=True)
class _Container:
    log: LogStream
    server: ModelServer


class Instance:
    """Servers, and the streams `NAME/INSTANCE` and `NAME/INSTANCE/data-log` (pipelines: `NAME/CONTAINER/INSTANCE`)."""

    def __init__(self, context: Context, request: Record, stopping: threading.Event) -> None:
        """`request` is the job's record with its Model; `stopping` is set when somebody stops the job."""
        self._context = context
        self._request = request
        self._stopping = stopping
        self._containers: list[_Container] = []
        self._id = new_instance_id()
        self._name: str = request["TransformJobName"]
        self.data_log = DataLog(context.open_log(_LOG_GROUP, f"{self._name}/{self._id}/data-log"))

    def start(self, folder: Path) -> None:
        """Put every artifact in place below `folder` and start every server.

        Raises:
            JobFailed: an artifact cannot be had.
        """
        several = containers.containers_of(self._request["Model"])
        for container in several:
            place = f"{container['ContainerHostname']}/" if len(several) > 1 else ""
            self._start(container, folder / container["ContainerHostname"], f"{self._name}/{place}{self._id}")

    def _start(self, container: Record, folder: Path, stream: str) -> None:
        folder.mkdir(parents=True)
        try:
            modeldata.place(self._context, container, folder)
        except modeldata.ModelProblem as error:
            raise JobFailed(f"ClientError: {error}") from error
        log = self._context.open_log(_LOG_GROUP, stream)
        launch = Launch(
            name=self._name,
            image=container["Image"],
            base_dir=folder,
            arguments=("serve",),
            environment={
                **container.get("Environment", {}),
                **self._request.get("Environment", {}),
                **parameters.variables(self._request),
            },
            serves=True,
        )
        server = ModelServer(self._context.runtime, launch, log.write)
        self._containers.append(_Container(log, server))
        server.start()

    def await_healthy(self) -> None:
        """Wait until every container answered a ping.

        Raises:
            JobFailed: one does not in time, or cannot be started.
        """
        problem = self._unhealthy()
        if problem == "ping":
            self.data_log.say("The container did not answer GET /ping with HTTP status 200")
            raise JobFailed(f"AlgorithmError: {_SEE_LOGS}")
        if problem and not self._stopping.is_set():
            raise JobFailed(f"ClientError: {problem}")

    def revive(self) -> None:
        """Wait for servers that are being started again; how it goes shows in the next request."""
        self._unhealthy()

    def _unhealthy(self) -> str:
        deadline = time.monotonic() + self._context.limits.startup_seconds
        problems = (item.server.wait_healthy(deadline, self._stopping) for item in self._containers)
        return next((problem for problem in problems if problem), "")

    def offered(self) -> dict[str, Any]:
        """Return what the first container answers to `/execution-parameters`, if it does."""
        with suppress(ServerUnavailable, ServerTimedOut, ServerBroken, ValueError):
            answer = self._containers[0].server.get("/execution-parameters")
            found = json.loads(answer.body) if answer.status == 200 else {}
            return found if isinstance(found, dict) else {}
        return {}

    def ask(self, body: bytes, headers: dict[str, str], seconds: float) -> Answer:
        """Pass a body through all containers; the first that does not answer 2xx has the last word.

        Raises:
            ServerUnavailable, ServerTimedOut, ServerBroken: one gave no answer.
        """
        end = time.monotonic() + seconds
        answer = Answer(200, {}, body)
        for item in self._containers:
            answer = item.server.post(answer.body, headers, max(0.1, end - time.monotonic()))
            if not 200 <= answer.status < 300:
                break
            headers = {**headers, "Content-Type": _header(answer, "content-type") or headers["Content-Type"]}
        return answer

    def stop(self) -> None:
        """Stop every server, which ends every request on its way, and send the logs."""
        stops: list[Callable[[float], None]] = [item.server.stop for item in self._containers]
        threads = [threading.Thread(target=stop, args=(self._context.limits.stop_grace_seconds,)) for stop in stops]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for item in self._containers:
            item.log.close()
        self.data_log.close()


def _header(answer: Answer, name: str) -> str:
    return next((value for key, value in answer.headers.items() if key.lower() == name), "")
