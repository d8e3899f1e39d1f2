"""The machine: which CPUs the servers and the load get."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

WRK = "wrk is not installed; the load comes from it (Debian: apt-get install wrk)"

# As this program was started: where the load is put, the program itself has the server's CPUs only.
_CPUS = sorted(os.sched_getaffinity(0))


def server_cpus(count: int = 1) -> set[int]:
    """Return the first `count` CPUs that this program may use."""
    return set(_CPUS[:count])


def load_cpus() -> set[int]:
    """Return the last one: no server has it, but one that is given as many CPUs as there are."""
    return {_CPUS[-1]}


def require() -> None:
    """Refuse a machine on which the figures would mean nothing.

    Raises:
        SystemExit: one CPU only, or no wrk.
    """
    if len(_CPUS) < 2:
        raise SystemExit("two CPUs are needed: one for the server, one for the load")
    if shutil.which("wrk") is None:
        raise SystemExit(WRK)


@contextmanager
def pinned(cpus: set[int]) -> Iterator[None]:
    """What is started within has these CPUs, with all that it starts itself."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cpus)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
