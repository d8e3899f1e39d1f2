"""What goes into a snapshot: everything in one pickle, or everything but the services that cannot be written."""

import logging
from contextlib import suppress
from typing import Any

from local.persistence import backends, executions, objects, pickling
from local.persistence.bodies import Body
from local.persistence.errors import SnapshotUnusable
from local.settings import Settings

LOG = logging.getLogger(__name__)

_TRIES = 3
_SETTINGS: list[Settings] = []


def use(settings: Settings) -> None:
    """Let what is read from now on refer to these settings."""
    _SETTINGS.append(settings)


def current_settings() -> Settings:
    """Return the settings of this server; those of the one that wrote a snapshot are not in it."""
    return _SETTINGS[-1]


class Content:
    """Writes the content; remembers which services it had to leave out, to say so once."""

    def __init__(self) -> None:
        self._left_out: set[str] = set()

    def write(self, parts: dict[str, Any], used: set[str]) -> bytes:
        """Return the content with all that moto holds; `used` gets the digests of S3's bodies in it.

        Raises:
            SnapshotUnusable: it cannot be written even without the services that are to blame.
            OSError: a body that is in memory only cannot be written.
        """
        reducers = _reducers(used)
        services = backends.gather()
        for _ in range(_TRIES):
            with suppress(SnapshotUnusable):  # a running execution moved on meanwhile, say
                return pickling.dumps({**parts, "moto": services}, reducers)
        kept = [self._only_writable(service, reducers) for service in services]
        return pickling.dumps({**parts, "moto": kept}, reducers)

    def _only_writable(self, service: backends.Service, reducers: dict[type, Any]) -> backends.Service:
        """Return a service without the backends that cannot be written, and say which."""
        regions = {}
        for place, backend in service.regions.items():
            try:
                pickling.dumps(backend, reducers)
                regions[place] = backend
            except SnapshotUnusable as problem:
                self._tell(service.kind.__name__, problem)
        return backends.Service(service.kind, regions, service.more)

    def _tell(self, name: str, problem: Exception) -> None:
        if name not in self._left_out:
            LOG.warning("the state of %s is not kept: %s", name, problem)
        self._left_out.add(name)


def _reducers(used: set[str]) -> dict[type, Any]:
    def body(value: Body) -> Any:
        reduced = objects.reduce(value)
        used.add(value.digest)
        return reduced

    settings: dict[type, Any] = {Settings: lambda _: (current_settings, ())}  # what CloudFormation's adapters refer to
    found: dict[type, Any] = {**executions.reducers(), **backends.reducers(), **settings, Body: body}
    return found
