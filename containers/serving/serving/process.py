"""The life of one process that answers: load, take connections, hear a signal, drain."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

import uvloop

from serving.intake import Intake
from serving.service import Service
from serving.settings import Settings
from serving.thread import ServiceThread
from serving.worker import Worker

log = logging.getLogger(__name__)

Load = Callable[[], Service]
# Makes the intake of connections; gets what to call when there is no parent any more.
Opening = Callable[[Callable[[], None]], Intake]

STOPS = (signal.SIGTERM, signal.SIGINT)
# Exit code of a worker whose service hangs: another one takes its place.
HUNG = 75
# Until the answers to those who waited for a service that hangs are in the network.
_PARTING_SECONDS = 0.2

_T = TypeVar("_T")


class _Stopped(Exception):
    """A signal came while the worker was still starting."""


def work(load: Load, settings: Settings, opening: Opening) -> int:
    """Serve until a signal; return the exit code."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_serve(load, settings, opening))


async def _serve(load: Load, settings: Settings, opening: Opening) -> int:
    stop, end = _ending()
    thread = ServiceThread(asyncio.get_running_loop())
    try:
        service = await _unless(stop, thread.start(load))
        worker = Worker(service, settings, thread, lambda: end(HUNG))
        try:
            await _unless(stop, worker.start(opening(lambda: end(0))))
            return await _end(worker, await stop)
        finally:
            await worker.end()
    except _Stopped:
        return 0
    except Exception as error:  # whatever a user's code raises
        log.error("cannot serve: %s", error, exc_info=not isinstance(error, (ValueError, OSError)))
        return 1


def _ending() -> tuple["asyncio.Future[int]", Callable[[int], None]]:
    """Return the exit code to wait for, and how to say it."""
    loop = asyncio.get_running_loop()
    stop: asyncio.Future[int] = loop.create_future()

    def end(code: int) -> None:
        if not stop.done():
            stop.set_result(code)

    for number in STOPS:
        loop.add_signal_handler(number, end, 0)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    return stop, end


async def _unless(stop: "asyncio.Future[int]", awaitable: Awaitable[_T]) -> _T:
    task = asyncio.ensure_future(awaitable)
    await asyncio.wait((task, stop), return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        return task.result()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    raise _Stopped


async def _end(worker: Worker, code: int) -> int:
    if code == HUNG:
        worker.part()
        await asyncio.sleep(_PARTING_SECONDS)
    else:
        await worker.drain()
    return code
