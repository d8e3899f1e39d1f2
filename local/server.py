"""One process: moto with our seams, SageMaker, Lambda and API Gateway on one port, until a signal ends it.

The order matters: `MOTO_PORT` is read when moto is imported (Step Functions calls back through it), and the
seams must be in before the first request. So everything that imports moto is imported inside `serve`.
"""

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from local.persistence.alone import only_server
from local.persistence.errors import StateRefused
from local.settings import ACCOUNT, REGION, Settings

if TYPE_CHECKING:
    from local.application import Service
    from local.persistence.kept import Kept

LOG = logging.getLogger(__name__)


def serve(settings: Settings, sagemaker: "Callable[[Settings], Service] | None" = None) -> None:
    """Serve until SIGTERM or SIGINT, then stop all that was started; `sagemaker` makes another one than ours.

    Raises:
        PortTakenError: another program listens on the port.
        StateRefused: the home is in use, or what it keeps belongs to another port or runtime.
    """
    _prepare_environment(settings)
    from local.http_server import listen

    with listen(settings.port) as listener, only_server(settings), ExitStack() as stack:
        _write_pid(settings, stack)
        _serve_on(listener, settings, stack, sagemaker)


def _serve_on(
    listener: socket.socket,
    settings: Settings,
    stack: ExitStack,
    make_sagemaker: "Callable[[Settings], Service] | None",
) -> None:
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    from local import seams
    from local.access.record import Recorder
    from local.application import Application
    from local.cloudwatch.watch import Watch
    from local.gateway.service import Gateway
    from local.http_server import make_server
    from local.lambdas.service import Lambdas
    from local.persistence.kept import Kept
    from local.persistence.saver import Saver
    from local.scheduler.ticker import Ticker
    from local.seams import schedules

    answering = stack.enter_context(ExitStack())  # left last: services that close still write logs, by HTTP
    lambdas = Lambdas(settings)
    stack.callback(lambdas.close)
    seams.install(settings, lambdas)
    kept = Kept.open(settings)
    sagemaker = make_sagemaker(settings) if make_sagemaker else _our_sagemaker(settings, kept)
    stack.callback(sagemaker.close)
    gateway = Gateway(settings, lambdas, kept.part("gateway"))
    kept.add("gateway", gateway.state, gateway.state)
    health: dict[str, Any] = {"state": kept.notice, "resumed": False}
    application = Application(
        settings=settings,
        sagemaker=sagemaker,
        gateway=gateway,
        moto=DomainDispatcherApplication(create_backend_app),
        gate=kept.gate,
        health=lambda: health,
        calls=Recorder(settings.state / "calls.jsonl"),
    )
    saver = Saver(kept)
    stack.callback(saver.close)
    watch = Watch(settings, kept.gate)
    stack.callback(watch.close)
    ticker = Ticker(schedules.entries(settings, kept.gate))
    stack.callback(ticker.close)
    server = make_server(listener, application)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    answering.callback(thread.join)
    answering.callback(server.shutdown)
    LOG.info("listening on %s", settings.endpoint_url)
    threading.Thread(target=_resume, args=(settings, sagemaker, kept, health), daemon=True).start()
    saver.start()
    watch.start()
    ticker.start()
    _wait_for_signal()
    LOG.info("stopping")


def _our_sagemaker(settings: Settings, kept: "Kept") -> "Service":
    from local.sagemaker.service import SageMaker

    sagemaker = SageMaker(settings, kept=kept.part("sagemaker"))
    kept.add("sagemaker", sagemaker.state, sagemaker.mark)
    try:
        kept.check_runtime(sagemaker.runtime)
    except StateRefused:
        sagemaker.close()
        raise
    return sagemaker


def _resume(settings: Settings, sagemaker: "Service", kept: "Kept", health: dict[str, Any]) -> None:
    """Bring back what an earlier server ran, now that this one answers, and tell what it could not finish."""
    from local.seams import programs
    from local.seams.execution import put_event

    try:
        if isinstance(sagemaker, Resumes):
            sagemaker.resume()
        for execution in kept.interrupted:
            put_event(settings, execution)
    except Exception:
        LOG.exception("what ran before could not be resumed")
    health["resumed"] = True
    programs.prepare()


@runtime_checkable
class Resumes(Protocol):
    """A service that brings back what an earlier server ran."""

    def resume(self) -> None:
        """Start it; the embedded AWS answers by now."""


def _prepare_environment(settings: Settings) -> None:
    """Set what moto and botocore read from the environment; a profile of the user's must not leak in.

    `TRAINYARD_SERVER_HOME` marks all that the server starts: `down` finds by it what outlives a killed one.
    """
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        os.environ.pop(name, None)
    os.environ.update(
        TRAINYARD_SERVER_HOME=str(settings.home),
        MOTO_PORT=str(settings.port),
        MOTO_ACCOUNT_ID=ACCOUNT,
        AWS_DEFAULT_REGION=REGION,
        AWS_REGION=REGION,
        AWS_ACCESS_KEY_ID="test",
        AWS_SECRET_ACCESS_KEY="test",  # noqa: S106  the embedded AWS checks no secret
        AWS_EC2_METADATA_DISABLED="true",
    )
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), "localhost,127.0.0.1"]))


def _write_pid(settings: Settings, stack: ExitStack) -> None:
    settings.state.mkdir(parents=True, exist_ok=True)
    path = pid_file(settings)
    path.write_text(str(os.getpid()))
    stack.callback(path.unlink, missing_ok=True)


def pid_file(settings: Settings) -> Path:
    """Where the running server leaves its process id."""
    return settings.state / "server.pid"


def _wait_for_signal() -> None:
    ended = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    ended.wait()
