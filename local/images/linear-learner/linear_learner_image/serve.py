"""The endpoint: one model, the formats of `bodies`, gunicorn."""

import logging
import os
import sys
from pathlib import Path
from typing import Any

from framework.app import Application
from framework.handlers import Answer, RequestProblem
from framework.problems import ScriptModeError
from framework.server import Settings
from framework.server import run as run_server

from linear_learner_image import bodies
from linear_learner_image.data import CSV
from linear_learner_image.model import LinearModel, load
from linear_learner_image.problems import ClientError

log = logging.getLogger(__name__)

_LIMIT_MB = 6


def application(model: LinearModel, settings: Settings) -> Application:
    """Return the routes around a model."""

    def invoke(body: bytes, media_type: str, accept: str) -> Answer:
        written = bodies.choose(accept)
        rows = bodies.read(body, media_type)
        try:
            answers = model.answers(rows)
        except ClientError as error:
            raise RequestProblem(400, error) from error
        return Answer(200, written, bodies.write(answers, written))

    def parameters() -> dict[str, Any]:
        return {
            "MaxConcurrentTransforms": settings.workers,
            "BatchStrategy": "MULTI_RECORD",
            "MaxPayloadInMB": _LIMIT_MB,
        }

    return Application(invoke, default_content=CSV, limit=settings.limit, parameters=parameters)


def run(base: Path) -> int:
    """Serve until SIGTERM; return the exit code."""
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="[%(asctime)s %(levelname)s] %(message)s")
    try:
        # Small models answer fast: one worker per core, but no more than four.
        wanted = {"SAGEMAKER_MODEL_SERVER_WORKERS": str(min(4, os.cpu_count() or 1)), **os.environ}
        settings = Settings.from_environment(wanted)
        model = load(base / "model")
    except (ScriptModeError, ClientError) as error:
        log.error("cannot serve: %s", error)
        return 1
    return run_server(lambda: application(model, settings), settings)
