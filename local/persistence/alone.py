"""One server per home: two would overwrite each other's state."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from local.persistence.errors import StateRefused
from local.settings import Settings


@contextmanager
def only_server(settings: Settings) -> Iterator[None]:
    """Hold the home; the kernel lets it go when the process ends, however it ends.

    Raises:
        StateRefused: another server holds it.
    """
    settings.state.mkdir(parents=True, exist_ok=True)
    with (settings.state / "server.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            raise StateRefused(
                f"another embedded AWS ({file.read().strip() or 'starting'}) uses {settings.home}: stop it with "
                "trainyard-local down, or choose another TRAINYARD_HOME"
            ) from error
        file.truncate(0)
        file.write(f"process {os.getpid()}, port {settings.port}")
        file.flush()
        yield
