"""Serve the user's functions, as AWS's framework images do: a few workers, each with its own copy of the model.

A worker loads the model before it answers anything, so `/ping` is answered by a loaded model only; one that cannot
load ends the server, since SageMaker restarts a container that ends. The user's code runs in one thread of the worker,
which loaded it: `/ping` is answered meanwhile.
"""

import logging
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import serving
from serving.settings import whole_number

from framework import code, packages
from framework.defaults import Defaults
from framework.handlers import Handler
from framework.paths import Paths
from framework.problems import ScriptModeError
from framework.service import JSON, FunctionService

log = logging.getLogger(__name__)

_MEGABYTE = 1024 * 1024
# What an asynchronous endpoint sends at most, and how long a transform waits for one answer.
_LARGEST_MB, _LONGEST_SECONDS = 1024, 3600


@dataclass(frozen=True)
class Settings:
    """What the variables of AWS's toolkits say about serving."""

    program: str
    submit_directory: str
    accept: str
    server: serving.Settings

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ, **defaults: int) -> "Settings":
        """Read them; `defaults` are the kernel's.

        Raises:
            ScriptModeError: one that must be a number is none.
        """
        try:
            timeout = whole_number(environment, "SAGEMAKER_MODEL_SERVER_TIMEOUT", 60, _LONGEST_SECONDS)
            megabytes = whole_number(environment, "SAGEMAKER_MAX_PAYLOAD_IN_MB", 100, _LARGEST_MB)
            server = serving.Settings.from_environment(environment, **defaults)
        except ValueError as error:
            raise ScriptModeError(str(error)) from error
        return cls(
            program=environment.get("SAGEMAKER_PROGRAM", ""),
            submit_directory=environment.get("SAGEMAKER_SUBMIT_DIRECTORY", ""),
            accept=environment.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT") or JSON,
            server=replace(server, invocation_seconds=timeout, max_body_bytes=megabytes * _MEGABYTE),
        )


def serve(defaults: Defaults) -> int:
    """Serve the user's module, completed by `defaults`, until SIGTERM; return the exit code."""
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(levelname)s - %(message)s")
    paths = Paths.from_environment()
    try:
        settings = Settings.from_environment()
        folders = _prepare(paths, settings)
    except ScriptModeError as error:
        log.error("cannot serve: %s", error)
        return 1

    def load() -> FunctionService:
        module = code.load(settings.program.removesuffix(".py").replace("/", "."), folders)
        handler = Handler(module, defaults, str(paths.model))
        parameters = _parameters(getattr(module, "execution_parameters_fn", None))
        return FunctionService(handler.answer, inline_bytes=0, default_accept=settings.accept, parameters=parameters)

    return serving.run(load, settings.server, share=False)


def _prepare(paths: Paths, settings: Settings) -> list[Path]:
    """Place the user's code and install what it asks for; return where to import from.

    The code comes from the submit directory, else from the model's own folder `code`.
    """
    own = paths.model / "code"
    if settings.submit_directory:
        code.place(settings.submit_directory, paths.code)
    elif own.is_dir():
        code.place(str(own), paths.code)
    folders = [folder for folder in (paths.code, own) if folder.is_dir()]
    search = packages.install(folders[0], paths.packages, module=True) if folders else []
    return [*folders, *map(Path, search)]


def _parameters(function: Callable[[], Any] | None) -> Any:
    """Ask once: batch transform goes on with its own where a script's function fails."""
    try:
        return function() if function else None
    except Exception:
        log.exception("execution_parameters_fn failed: /execution-parameters answers 404")
        return None
