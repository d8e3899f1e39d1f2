"""Writes down what roles need, a line of JSON for each new need."""

import json
import logging
import threading
from pathlib import Path
from typing import Any

from local.access.credentials import signer
from local.access.needs import Need, needs
from local.access.wire import call

_log = logging.getLogger(__name__)


class Recorder:
    """Hears of every request; writes each need of a role once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: set[Need] = set()
        self._lock = threading.Lock()

    def hear(self, environ: dict[str, Any]) -> None:
        """Take one request; those that no role signed are of no interest. Never raises: calls go on as on AWS."""
        signed = signer(environ.get("HTTP_AUTHORIZATION", ""))
        if signed is None:
            return
        try:
            found = call(environ, signed[1])
            if found is not None:
                self._write(needs(signed[0], found.service, found.operation, found.parameters))
        except Exception:
            _log.exception("a call of %s could not be recorded", signed[0])

    def _write(self, found: list[Need]) -> None:
        with self._lock:
            new = [need for need in dict.fromkeys(found) if need not in self._seen]
            if new:
                self._seen.update(new)
                self._path.parent.mkdir(parents=True, exist_ok=True)
                with self._path.open("a", encoding="utf-8") as file:
                    file.writelines(json.dumps(need.as_json()) + "\n" for need in new)
