"""The deployed API as its callers have it: an address, a key, HTTP."""

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import urllib3

_AT_ONCE = 4
_SECONDS = 30.0
# The usage plan lets through 50 requests a second; what comes too fast is sent again.
_PATIENCE = urllib3.Retry(
    total=20, status_forcelist=(429,), allowed_methods=None, backoff_factor=0.1, backoff_max=2, raise_on_status=False
)


class Refused(Exception):
    """The API did not answer with 200; the text is what it said."""


@dataclass(frozen=True)
class Prediction:
    """What one variant said of one row."""

    variant: str
    value: Any


class Api:
    """Calls of one workload, from several threads at once."""

    def __init__(self, url: str, key: str, workload: str) -> None:
        self._address = f"{url}/v1/workloads/{workload}"
        self._key = {"x-api-key": key, "content-type": "application/json"}
        self._pool = urllib3.PoolManager(maxsize=_AT_ONCE, timeout=_SECONDS, retries=_PATIENCE)

    def describe(self) -> dict[str, Any]:
        """Return features, example and live variants."""
        return self._call("GET", self._address, {})

    def predict(self, instance: Any, variant: str | None = None) -> Prediction:
        """Ask for one row; the weights choose the variant, or `variant` does."""
        pinned = {"x-variant": variant} if variant else {}
        answer = self._call("POST", f"{self._address}/predictions", pinned, {"instances": [instance]})
        return Prediction(answer["variant"], answer["predictions"][0])

    def ask(self, instance: Any, times: int) -> Iterator[Counter[str]]:
        """Send a row many times; after each answer yields how many each variant has answered so far."""
        answered: Counter[str] = Counter()
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            try:
                for prediction in threads.map(lambda _: self.predict(instance), range(times)):
                    answered[prediction.variant] += 1
                    yield answered
            finally:
                threads.shutdown(wait=False, cancel_futures=True)

    def _call(self, method: str, address: str, headers: dict[str, str], document: Any = None) -> dict[str, Any]:
        body = None if document is None else json.dumps(document)
        answer = self._pool.request(method, address, headers=self._key | headers, body=body)
        if answer.status != 200:
            raise Refused(f"{method} {address} answered {answer.status}: {answer.data.decode(errors='replace')[:500]}")
        return dict(answer.json())
