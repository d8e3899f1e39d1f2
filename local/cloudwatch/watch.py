"""Alarms are judged while nobody asks: their actions must not wait for a DescribeAlarms."""

import logging
import threading
import time

from local.cloudwatch.alarms import judge_due
from local.persistence.gate import Gate
from local.settings import ACCOUNT, REGION, Settings

LOG = logging.getLogger(__name__)
_EVERY_SECONDS = 1.0


class Watch:
    """A thread that judges every second."""

    def __init__(self, settings: Settings, gate: Gate) -> None:
        """`gate` is told of changes, so that they are saved."""
        self._settings = settings
        self._gate = gate
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="alarms", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End it."""
        self._end.set()
        self._thread.join(5)

    def _run(self) -> None:
        from moto.cloudwatch.models import cloudwatch_backends

        from local.seams.cloudwatch import metrics_of

        while not self._end.wait(_EVERY_SECONDS):
            try:
                backend = cloudwatch_backends[ACCOUNT][REGION]
                if backend.alarms:
                    with self._gate.shared(changes=False):
                        changed = judge_due(backend.alarms.values(), metrics_of(backend), self._settings, time.time())
                    if changed:
                        self._gate.changed()
            except Exception:
                LOG.exception("the alarms could not be judged")
