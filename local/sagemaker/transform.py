"""Transform jobs: every object of the input split into requests to the model's server, answers to `.out`."""

import gzip
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from local.runtime.interface import Launch
from local.sagemaker import models
from local.sagemaker.context import Context
from local.sagemaker.errors import validation
from local.sagemaker.jobs import JobFailed, JobRun, Jobs, Queue, job_kind, new_instance_id, one_instance
from local.sagemaker.logs import LogStream
from local.sagemaker.s3files import S3Problem, split
from local.sagemaker.servers import Answer, ModelServer, ServerBroken, ServerTimedOut, ServerUnavailable
from local.sagemaker.store import Record, Table

_MEGABYTE = 1024 * 1024
_TIMEOUT = 600
_SEE_LOGS = "See job logs for more information"


class TransformRun(JobRun):
    """One transform job."""

    log_group = "/aws/sagemaker/TransformJobs"

    def __init__(self, context: Context, table: Table, name: str) -> None:
        super().__init__(context, table, name)
        self._container: Record = models.container_of(self.request["Model"])
        self._data_log = context.logs.open(self.log_group, f"{self.log.name}/data-log")

    def open_log(self) -> LogStream:
        """Return the container's stream; what the job says of its data goes to `data-log` beside it."""
        return self.context.logs.open(self.log_group, f"{self.name}/{new_instance_id()}")

    @property
    def image(self) -> str:
        """The model's image."""
        return str(self._container["Image"])

    def execute(self, folder: Path) -> None:
        """Serve, ask, assemble."""
        self.table.update(self.name, TransformStartTime=time.time())
        try:
            self._transform(folder)
        finally:
            self._data_log.close()

    def _transform(self, folder: Path) -> None:
        source = self.request["TransformInput"]["DataSource"]["S3DataSource"]
        try:
            objects = self.context.s3.sources(source["S3Uri"], source["S3DataType"])
            models.place(self.context, self._container, folder)
        except (S3Problem, models.ModelProblem) as error:
            raise JobFailed(f"ClientError: {error}") from error
        server = ModelServer(self.context.runtime, self._launch(folder), self.heard)
        server.start()
        try:
            self._await(server)
            limits = self._limits(server)
            for uri, relative in objects:
                self._transform_object(server, uri, relative, folder, limits)
        finally:
            server.stop(self.context.limits.stop_grace_seconds)

    def _launch(self, folder: Path) -> Launch:
        environment = {**self._container.get("Environment", {}), **self.request.get("Environment", {})}
        return Launch(
            name=self.name,
            image=self.image,
            base_dir=folder,
            arguments=("serve",),
            environment={**environment, "SAGEMAKER_BATCH": "true"},
            serves=True,
        )

    def _await(self, server: ModelServer) -> None:
        problem = server.wait_healthy(time.monotonic() + self.context.limits.startup_seconds, self._stop)
        self.check_stop()
        if problem == "ping":
            self._data_log.write("the container did not answer GET /ping with 200")
            raise JobFailed(f"AlgorithmError: {_SEE_LOGS}")
        if problem:
            raise JobFailed(f"ClientError: {problem}")

    def _limits(self, server: ModelServer) -> "_Limits":
        offered: Any = {}
        with suppress(ServerUnavailable, ServerTimedOut, ServerBroken, ValueError):
            answer = server.get("/execution-parameters")
            offered = json.loads(answer.body) if answer.status == 200 else {}
        return _Limits(self.request, offered if isinstance(offered, dict) else {})

    def _transform_object(self, server: ModelServer, uri: str, relative: str, folder: Path, limits: "_Limits") -> None:
        local = folder / "object"
        self.context.s3.fetch(uri, local)
        data = local.read_bytes()
        if self.request["TransformInput"].get("CompressionType") == "Gzip":
            data = _gunzip(data, uri)
        stop_others = threading.Event()

        def ask(payload: bytes) -> bytes:
            self.check_stop()
            if stop_others.is_set():
                return b""
            try:
                return self._ask(server, payload, uri)
            except JobFailed:
                stop_others.set()
                raise

        with ThreadPoolExecutor(limits.parallel, thread_name_prefix="transform") as pool:
            answers = list(pool.map(ask, self._payloads(data, uri, limits)))
        local.write_bytes(assemble(answers, self.request["TransformOutput"].get("AssembleWith", "None")))
        target = self.request["TransformOutput"]["S3OutputPath"].rstrip("/")
        self.context.s3.upload(local, f"{target}/{relative}.out")

    def _payloads(self, data: bytes, uri: str, limits: "_Limits") -> Iterator[bytes]:
        if self.request["TransformInput"].get("SplitType", "None") == "None":
            if limits.payload and len(data) > limits.payload:
                raise self._too_large(uri, limits)
            yield data
            return
        for batch in split_lines(data, 0 if limits.single else limits.payload):
            if limits.payload and len(batch) > limits.payload:
                raise self._too_large(uri, limits)
            yield batch

    def _too_large(self, uri: str, limits: "_Limits") -> JobFailed:
        self._tell(uri, f"a record is larger than MaxPayloadInMB ({limits.payload // _MEGABYTE})")
        return JobFailed(f"ClientError: {_SEE_LOGS}")

    def _tell(self, uri: str, text: str) -> None:
        bucket, key = split(uri)
        self._data_log.write(f"{bucket}/{key}: {text}")

    def _ask(self, server: ModelServer, payload: bytes, uri: str) -> bytes:
        client = self.request.get("ModelClientConfig", {})
        answer = None
        for _ in range(1 + client.get("InvocationsMaxRetries", 0)):
            answer = self._try(server, payload, uri, client.get("InvocationsTimeoutInSeconds", _TIMEOUT))
            if answer is not None and answer.status < 500:
                break
        if answer is not None and answer.status == 200:
            return answer.body
        status = 0 if answer is None else answer.status
        self._tell(uri, f"Bad HTTP status received from algorithm: {status}")
        if answer is not None:
            self._tell(uri, answer.body[:2000].decode("utf-8", "replace"))
        raise JobFailed(f"{'ClientError' if 400 <= status < 500 else 'AlgorithmError'}: {_SEE_LOGS}")

    def _try(self, server: ModelServer, payload: bytes, uri: str, seconds: float) -> Answer | None:
        headers = {"Content-Type": self.request["TransformInput"].get("ContentType") or "application/octet-stream"}
        if accept := self.request["TransformOutput"].get("Accept"):
            headers["Accept"] = accept
        try:
            return server.post(payload, headers, seconds)
        except (ServerUnavailable, ServerTimedOut, ServerBroken) as error:
            self._tell(uri, f"no answer from the container ({type(error).__name__} {error})")
            return None

    def completed(self) -> None:
        """Record success."""
        self._end("Completed")

    def stopped(self) -> None:
        """Record the stop."""
        self._end("Stopped")

    def timed_out(self) -> None:
        """A transform has no time limit; kept for the base class."""
        self._end("Stopped")

    def failed(self, reason: str) -> None:
        """Record the failure."""
        self._end("Failed", reason)

    def _end(self, status: str, reason: str = "") -> None:
        members: Record = {"TransformJobStatus": status, "TransformEndTime": time.time()}
        if reason:
            members["FailureReason"] = reason
        self.table.update(self.name, **members)


class _Limits:
    """How requests are cut: the request's word, else the container's, else AWS's defaults."""

    def __init__(self, request: Record, offered: dict[str, Any]) -> None:
        self.payload = int(request.get("MaxPayloadInMB", offered.get("MaxPayloadInMB", 6))) * _MEGABYTE
        parallel = request.get("MaxConcurrentTransforms") or offered.get("MaxConcurrentTransforms") or 1
        self.parallel = max(1, int(parallel))
        strategy = request.get("BatchStrategy") or offered.get("BatchStrategy") or "MultiRecord"
        self.single = str(strategy).lower().replace("_", "") in ("singlerecord",)


def split_lines(data: bytes, payload: int) -> Iterator[bytes]:
    """Cut into batches of whole lines of at most `payload` bytes; 0 gives one line per batch."""
    batch: list[bytes] = []
    size = 0
    for line in data.splitlines(keepends=True):
        if not line.strip():
            continue
        if batch and (not payload or size + len(line) > payload):
            yield b"".join(batch)
            batch, size = [], 0
        batch.append(line)
        size += len(line)
    if batch:
        yield b"".join(batch)


def assemble(answers: list[bytes], how: str) -> bytes:
    """Join answers; `Line` ends each with exactly one newline."""
    if how == "Line":
        return b"".join(answer.removesuffix(b"\n") + b"\n" for answer in answers)
    return b"".join(answers)


def _gunzip(data: bytes, uri: str) -> bytes:
    try:
        return gzip.decompress(data)
    except (OSError, EOFError) as error:
        raise JobFailed(f"ClientError: {uri} is not gzip ({error})") from error


class TransformJobs(Jobs):
    """The operations on transform jobs."""

    kind = job_kind("TransformJob", "transform-job", missing="Could not find requested job with name: {name}")
    run_class = TransformRun

    def __init__(self, context: Context, queue: Queue, model_table: Table) -> None:
        super().__init__(context, queue)
        self._models = model_table

    def check(self, request: Record) -> None:
        """Refuse what AWS refuses and what is not covered yet."""
        one_instance(request["TransformResources"]["InstanceCount"])
        split_type = request["TransformInput"].get("SplitType", "None")
        if split_type not in ("None", "Line"):
            raise validation(f"SplitType {split_type} is not covered yet by the embedded SageMaker")
        if request.get("BatchStrategy") == "MultiRecord" and split_type == "None":
            raise validation("BatchStrategy MultiRecord needs a SplitType other than None")
        processing = request.get("DataProcessing", {})
        if processing.get("JoinSource", "None") != "None" or any(
            processing.get(member, "$") != "$" for member in ("InputFilter", "OutputFilter")
        ):
            raise validation("DataProcessing is not covered yet by the embedded SageMaker")
        payload, parallel = request.get("MaxPayloadInMB", 6), request.get("MaxConcurrentTransforms", 1)
        if payload * parallel > 100:
            raise validation(
                f"MaxConcurrentTransforms ({parallel}) * MaxPayloadInMB ({payload}) must not exceed 100 MB"
            )

    def initial(self, request: Record) -> Record:
        """Keep the model as it is now: it may be deleted while the job waits."""
        return {"Model": self._models.get(request["ModelName"])}
