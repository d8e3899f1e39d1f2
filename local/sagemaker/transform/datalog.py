"""What a transform job says of its data: the stream `data-log` beside the container's, in AWS's form."""

from datetime import UTC, datetime

from local.sagemaker.logs import LogStream
from local.sagemaker.s3files import split

_LONGEST_BODY = 2000


class DataLog:
    """Lines as `2026-01-31T12:00:00.000:[sagemaker logs]: bucket/key: what happened`."""

    def __init__(self, stream: LogStream) -> None:
        self._stream = stream

    def say(self, text: str) -> None:
        """Write a line about the job."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00")
        self._stream.write(f"{now}:[sagemaker logs]: {text}")

    def about(self, uri: str, text: str) -> None:
        """Write a line about an object."""
        self.say(f"{'/'.join(split(uri))}: {text}")

    def refused(self, uri: str, status: int, body: bytes) -> None:
        """Write what a container answered instead of a prediction."""
        client = 400 <= status < 500
        self.about(uri, f"ClientError: {status}" if client else f"Bad HTTP status received from algorithm: {status}")
        self.about(uri, "")
        self.about(uri, "Message:")
        for line in body[:_LONGEST_BODY].decode("utf-8", "replace").splitlines():
            self.about(uri, line)

    def close(self) -> None:
        """Send the rest."""
        self._stream.close()
