"""Serve with gunicorn, as AWS's framework images do: a few workers, each with its own copy of the model.

A worker loads the model before it answers anything, so `/ping` is answered by a loaded model only; one that cannot
load ends the server, since SageMaker restarts a container that ends.
"""

import logging
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gunicorn.app.base import BaseApplication

from framework import code, packages
from framework.app import JSON, Application
from framework.handlers import Defaults, Handler, load_module
from framework.paths import Paths
from framework.problems import ScriptModeError

log = logging.getLogger(__name__)

_MEGABYTE = 1024 * 1024
_MOST_WORKERS = 64


@dataclass(frozen=True)
class Settings:
    """What the variables of AWS's toolkits say about serving."""

    program: str
    submit_directory: str
    port: int
    workers: int
    timeout: int
    accept: str
    limit: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read them.

        Raises:
            ScriptModeError: one that must be a number is none.
        """

        def number(name: str, default: int, low: int = 1, high: int = sys.maxsize) -> int:
            text = environment.get(name) or str(default)
            if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
                raise ScriptModeError(f"{name}={text!r} must be a whole number from {low}")
            return int(text)

        return cls(
            program=environment.get("SAGEMAKER_PROGRAM", ""),
            submit_directory=environment.get("SAGEMAKER_SUBMIT_DIRECTORY", ""),
            port=number("SAGEMAKER_BIND_TO_PORT", 8080),
            workers=number("SAGEMAKER_MODEL_SERVER_WORKERS", os.cpu_count() or 1, high=_MOST_WORKERS),
            timeout=number("SAGEMAKER_MODEL_SERVER_TIMEOUT", 60),
            accept=environment.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT") or JSON,
            limit=number("SAGEMAKER_MAX_PAYLOAD_IN_MB", 100) * _MEGABYTE,
        )


def serve(defaults: Defaults) -> int:
    """Serve the user's module, completed by `defaults`, until SIGTERM; return the exit code."""
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(levelname)s - %(message)s")
    paths = Paths.from_environment()
    try:
        settings = Settings.from_environment()
        _prepare(paths, settings)
    except ScriptModeError as error:
        log.error("cannot serve: %s", error)
        return 1

    def load() -> Application:
        module = load_module(settings.program.removesuffix(".py").replace("/", "."))
        handler = Handler(module, defaults, str(paths.model))
        parameters = getattr(module, "execution_parameters_fn", None)
        return Application(handler.answer, default_accept=settings.accept, limit=settings.limit, parameters=parameters)

    return run(load, settings)


def _prepare(paths: Paths, settings: Settings) -> None:
    """Make the user's module importable: from the submit directory, and from the model's own folder `code`."""
    own = paths.model / "code"
    if settings.submit_directory:
        code.place(settings.submit_directory, paths.code)
    elif own.is_dir():
        code.place(str(own), paths.code)
    folders = [folder for folder in (paths.code, own) if folder.is_dir()]
    search = packages.install(folders[0], paths.packages, module=True) if folders else []
    sys.path[:0] = [*map(str, folders), *search]


def run(load: Callable[[], Application], settings: Settings) -> int:
    """Run gunicorn; every worker calls `load` once and serves what it gives."""
    try:
        _Server(load, settings).run()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    return 0


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, load: Callable[[], Application], settings: Settings) -> None:
        self._load = load
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        options = {
            "bind": f"0.0.0.0:{self._settings.port}",
            "workers": self._settings.workers,
            "timeout": self._settings.timeout,
            "graceful_timeout": 25,
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "warning",
            "control_socket_disable": True,
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        return self._load()
