"""One request of a transform job, asked again when the container is at fault, as ModelClientConfig allows."""

import threading

from local.sagemaker.runs import JobStopped
from local.sagemaker.servers import Answer, ServerBroken, ServerTimedOut, ServerUnavailable
from local.sagemaker.store import Record
from local.sagemaker.transform.instance import Instance

_SECONDS = 600
_RETRIES = 3
_PAUSE = 0.5


class ObjectFailed(Exception):
    """An object cannot be transformed; the data log says why. The message is `ClientError` or `AlgorithmError`."""


class Asker:
    """Sends payloads to an instance."""

    def __init__(self, instance: Instance, request: Record, stopping: threading.Event, *, chunked: bool) -> None:
        """`chunked` sends bodies in chunks, without their length."""
        client = request.get("ModelClientConfig", {})
        self._instance = instance
        self._stopping = stopping
        self._retries: int = client.get("InvocationsMaxRetries", _RETRIES)
        self._seconds: int = client.get("InvocationsTimeoutInSeconds", _SECONDS)
        self._headers = {"Content-Type": request["TransformInput"].get("ContentType") or "application/octet-stream"}
        if accept := request["TransformOutput"].get("Accept"):
            self._headers["Accept"] = accept
        if chunked:
            self._headers["Transfer-Encoding"] = "chunked"

    def ask(self, payload: bytes, uri: str) -> bytes:
        """Return the answer's body.

        Raises:
            ObjectFailed: there is none after all retries, or the container refuses the payload.
            JobStopped: somebody stopped the job.
        """
        for left in range(self._retries, -1, -1):
            self._check_stop()
            answer = self._try(payload, uri)
            if answer and 200 <= answer.status < 300:
                return answer.body
            self._check_stop()
            if not left or (answer and 400 <= answer.status < 500):
                break
            self._stopping.wait(_PAUSE)
            self._instance.revive()
        if answer:
            self._instance.data_log.refused(uri, answer.status, answer.body)
            raise ObjectFailed("ClientError" if 400 <= answer.status < 500 else "AlgorithmError")
        raise ObjectFailed("AlgorithmError")

    def _try(self, payload: bytes, uri: str) -> Answer | None:
        try:
            return self._instance.ask(payload, self._headers, self._seconds)
        except ServerTimedOut:
            problem = f"Model server did not respond to /invocations request within {self._seconds} seconds"
        except (ServerUnavailable, ServerBroken):
            problem = "Unable to get response from algorithm"
        if not self._stopping.is_set():
            self._instance.data_log.about(uri, problem)
        return None

    def _check_stop(self) -> None:
        if self._stopping.is_set():
            raise JobStopped
