"""What CloudWatch learns of invocations: per variant, in namespace AWS/SageMaker, gathered here and sent in turns.

An invocation only adds to counts of values; one thread sends them, times rounded to three digits, so that a million
invocations take little more of CloudWatch's memory than one and percentiles can be told. Names, units and when a 0 is
sent: AWS's page "Amazon SageMaker AI metrics in Amazon CloudWatch", endpoint invocation metrics.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from local.clients import client
from local.settings import Settings

NAMESPACE = "AWS/SageMaker"
_FLUSH_SECONDS = 1.0
_BATCH = 500
_MOST_VALUES = 150  # of one MetricDatum
_MICROSECONDS = 1_000_000
_LATENCIES = ("ModelLatency", "OverheadLatency")
_log = logging.getLogger(__name__)


_Key = tuple[str, str, str]  # endpoint, variant, metric


class VariantMetrics:
    """Counts invocations and their times."""

    def __init__(self, settings: Settings, *, flush_seconds: float = _FLUSH_SECONDS) -> None:
        self._settings = settings
        self._flush_seconds = flush_seconds
        self._waiting: dict[_Key, Counter[float]] = {}
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="variant-metrics", daemon=True)
        self._thread.start()

    def record(
        self,
        endpoint: str,
        variant: str,
        *,
        status: int,
        model_latency: float,
        overhead_latency: float,
        instances: int = 1,
    ) -> None:
        """Count one invocation; costs microseconds and never raises.

        Args:
            endpoint: its name.
            variant: its name.
            status: the model's HTTP status; 0 when it gave none (time-out, broken connection), which counts as 5XX.
            model_latency: seconds until the model had answered, as seen from outside the container.
            overhead_latency: seconds that the invocation took beyond that.
            instances: how many the variant has now.
        """
        values = {
            "Invocations": 1.0,
            "InvocationsPerInstance": 1.0 / max(1, instances),
            "Invocation4XXErrors": float(400 <= status < 500),
            "Invocation5XXErrors": float(status == 0 or status >= 500),
            "InvocationModelErrors": float(not 200 <= status < 300),
            "ModelLatency": model_latency * _MICROSECONDS,
            "OverheadLatency": overhead_latency * _MICROSECONDS,
        }
        with self._lock:
            for name, value in values.items():
                rounded = float(f"{value:.3g}")
                self._waiting.setdefault((endpoint, variant, name), Counter())[rounded] += 1

    def flush(self) -> None:
        """Send what is waiting; what CloudWatch refuses is dropped, for a metric must not stop an endpoint."""
        with self._sending:
            with self._lock:
                waiting, self._waiting = self._waiting, {}
            data = [datum for key, values in waiting.items() for datum in _data(key, values)]
            for start in range(0, len(data), _BATCH):
                self._send(data[start : start + _BATCH])

    def close(self) -> None:
        """Send the rest and end the thread."""
        self._stop.set()
        self._thread.join(5)
        self.flush()

    def _send(self, data: list[dict[str, Any]]) -> None:
        try:
            client("cloudwatch", self._settings).put_metric_data(Namespace=NAMESPACE, MetricData=data)
        except Exception as error:
            _log.warning("%d metrics lost: %s", len(data), error)

    def _run(self) -> None:
        while not self._stop.wait(self._flush_seconds):
            self.flush()


def _data(key: _Key, values: Counter[float]) -> Iterator[dict[str, Any]]:
    endpoint, variant, name = key
    counted = list(values.items())
    for start in range(0, len(counted), _MOST_VALUES):
        some = counted[start : start + _MOST_VALUES]
        yield {
            "MetricName": name,
            "Dimensions": [{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": variant}],
            "Timestamp": time.time(),
            "Unit": "Microseconds" if name in _LATENCIES else "None",
            "Values": [value for value, _ in some],
            "Counts": [float(count) for _, count in some],
        }
