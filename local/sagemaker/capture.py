"""Data capture of an endpoint: a sample of its invocations as JSON lines in S3, as AWS's model monitor reads them.

An invocation only hands its bytes over; a thread encodes them and puts one object per variant and turn under
`{DestinationS3Uri}/{endpoint}/{variant}/yyyy/mm/dd/hh/`.
"""

import json
import logging
import random
import threading
import uuid
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime

from local.sagemaker.captureformat import Event, line
from local.sagemaker.context import Context
from local.sagemaker.s3files import split
from local.sagemaker.store import Record

_FLUSH_SECONDS = 2.0
_MOST_WAITING_BYTES = 128 * 1024 * 1024
_log = logging.getLogger(__name__)


class Capture:
    """One endpoint's capture; without a configuration that enables it, it does nothing."""

    def __init__(
        self,
        context: Context,
        endpoint: str,
        config: Record,
        *,
        sample: Callable[[], float] = random.random,
        flush_seconds: float = _FLUSH_SECONDS,
    ) -> None:
        """Start capturing.

        Args:
            context: whose S3 is written to.
            endpoint: its name, the first part of every key.
            config: the endpoint configuration's DataCaptureConfig, or nothing.
            sample: gives numbers from 0 up to 1; the invocation is captured when one is below the percentage.
            flush_seconds: how long an event may wait for its object.
        """
        self._context = context
        self._endpoint = endpoint
        self._config = config
        self._sample = sample
        self._share = config.get("InitialSamplingPercentage", 0) / 100 if enabled(config) else 0.0
        self._waiting: list[Event] = []
        self._bytes = 0
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._stop = threading.Event()
        self._flush_seconds = flush_seconds
        self._thread = threading.Thread(target=self._run, name=f"capture-{endpoint}", daemon=True)
        if self._share:
            self._thread.start()

    def record(
        self,
        *,
        variant: str,
        event_id: str,
        inference_id: str = "",
        sent: bytes,
        sent_type: str,
        received: bytes,
        received_type: str,
        custom_attributes: str = "",
    ) -> None:
        """Capture an invocation if the sample takes it; costs microseconds and never raises."""
        if not self._share or self._stop.is_set() or self._sample() >= self._share:
            return
        event = Event(
            variant=variant,
            event_id=event_id,
            inference_id=inference_id,
            custom_attributes=custom_attributes,
            moment=datetime.now(UTC),
            sent=sent,
            sent_type=sent_type,
            received=received,
            received_type=received_type,
        )
        with self._lock:  # like AWS, which stops capturing when the disk fills rather than disturb the endpoint
            if self._bytes + event.size <= _MOST_WAITING_BYTES:
                self._bytes += event.size
                self._waiting.append(event)

    def flush(self) -> None:
        """Put what is waiting into S3; what S3 refuses is dropped and told in the server's log."""
        with self._sending:
            with self._lock:
                events, self._waiting, self._bytes = self._waiting, [], 0
            objects: dict[str, list[Event]] = defaultdict(list)
            for event in events:
                objects[f"{event.variant}/{event.moment:%Y/%m/%d/%H}"].append(event)
            for folder, members in objects.items():
                self._put(folder, members)

    def close(self) -> None:
        """Send the rest and end the thread."""
        self._stop.set()
        if self._thread.ident:
            self._thread.join(5)
        self.flush()

    def _put(self, folder: str, events: list[Event]) -> None:
        name = f"{events[0].moment:%M-%S-%f}"[:9] + f"-{uuid.uuid4()}.jsonl"
        try:
            bucket, prefix = split(self._config["DestinationS3Uri"])
            key = "/".join(part for part in (prefix.strip("/"), self._endpoint, folder, name) if part)
            body = "".join(json.dumps(line(event, self._config), separators=(",", ":")) + "\n" for event in events)
            self._context.client("s3").put_object(
                Bucket=bucket, Key=key, Body=body.encode(), **_encryption(self._config)
            )
        except Exception as error:
            _log.warning("endpoint %s: %d captured events lost: %s", self._endpoint, len(events), error)

    def _run(self) -> None:
        while not self._stop.wait(self._flush_seconds):
            self.flush()


def enabled(config: Record) -> bool:
    """Tell whether a DataCaptureConfig captures; EnableCapture's default is yes."""
    return bool(config) and bool(config.get("EnableCapture", True))


def summary(config: Record) -> Record:
    """Return what DescribeEndpoint says of an endpoint configuration's DataCaptureConfig."""
    return {
        "EnableCapture": enabled(config),
        "CaptureStatus": "Started" if enabled(config) else "Stopped",
        "CurrentSamplingPercentage": config["InitialSamplingPercentage"],
        "DestinationS3Uri": config["DestinationS3Uri"],
        "KmsKeyId": config.get("KmsKeyId", ""),
    }


def _encryption(config: Record) -> dict[str, str]:
    key = config.get("KmsKeyId")
    return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key} if key else {}
