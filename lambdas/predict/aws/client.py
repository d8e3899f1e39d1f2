"""One service of AWS: where it is, signed calls, and its errors by code."""

import json
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from predict.aws.connection import Answer, Connection
from predict.aws.credentials import Provider
from predict.aws.errors import Refused, TimedOut, Unreachable
from predict.aws.signature import signed

_XML_CODE = re.compile(rb"<Code>([^<]{1,100})</Code>")
_PAUSE = 0.1


class Client:
    """Calls of one service; `tries` counts the first one, others follow what may pass by itself."""

    def __init__(
        self,
        *,
        url: str,
        service: str,
        region: str,
        credentials: Provider,
        seconds: float,
        tries: int,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._connection = Connection(url)
        self._service, self._region, self._credentials = service, region, credentials
        self._seconds, self._tries = seconds, tries
        self._now, self._sleep = now, sleep

    def send(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"", seconds: float | None = None
    ) -> Answer:
        """Call the service.

        Raises:
            Refused: it answered with an error.
            Unreachable, TimedOut, BrokenOff: it did not answer.
        """
        limit = self._seconds if seconds is None else min(seconds, self._seconds)
        for left in range(self._tries - 1, -1, -1):
            try:
                return self._once(method, self._connection.path + path, headers, body, limit)
            except (Unreachable, TimedOut):
                if not left:
                    raise
            except Refused as refused:
                if not left or not _passes(refused):
                    raise
            self._sleep(_PAUSE)
        raise AssertionError("unreachable")

    def _once(self, method: str, path: str, headers: Mapping[str, str], body: bytes, seconds: float) -> Answer:
        sent = signed(
            method=method,
            host=self._connection.host,
            path=path,
            headers=headers,
            body=body,
            service=self._service,
            region=self._region,
            credentials=self._credentials.get(),
            now=self._now(),
        )
        answer = self._connection.send(method, path, sent, body, seconds)
        if answer.status >= 300:
            raise _refusal(answer)
        return answer


def _passes(refused: Refused) -> bool:
    return refused.status >= 500 or "Throttl" in refused.code or refused.code in ("TooManyRequests", "SlowDown")


def _refusal(answer: Answer) -> Refused:
    """JSON services name the error in a header or in `__type`, S3 in XML."""
    members = _members(answer.body)
    named = answer.headers.get("x-amzn-errortype") or members.get("__type") or members.get("code") or ""
    if not named and (found := _XML_CODE.search(answer.body)):
        named = found.group(1).decode(errors="replace")
    code = str(named).split(":")[0].rpartition("#")[2]
    return Refused(code or f"HTTP{answer.status}", answer.status, members)


def _members(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
