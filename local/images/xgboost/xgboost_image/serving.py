"""Serve the built-in algorithm's model: `/ping`, `/invocations`, `/execution-parameters`."""

import logging
import os
from collections.abc import Callable, Mapping
from typing import Any

from framework.app import Application
from framework.handlers import Answer
from framework.problems import ScriptModeError
from framework.server import Settings
from framework.server import run as run_server

from xgboost_image import predictor, selectable
from xgboost_image.answers import CSV, NotAcceptable, Style
from xgboost_image.paths import Paths
from xgboost_image.predictor import Predictor
from xgboost_image.problems import UserError

log = logging.getLogger(__name__)

_LARGEST = 6 * 1024 * 1024
_TEXT = "text/plain"


def run(paths: Paths) -> int:
    """Serve until SIGTERM; return the exit code."""
    try:
        settings = Settings.from_environment()
    except ScriptModeError as error:
        log.error("cannot serve: %s", error)
        return 1

    def load() -> Application:
        """In each worker: threads that XGBoost starts do not live through a fork."""
        model = predictor.load(paths.model)
        log.info("Model objective : %s", model.objective)
        return application(model, settings.workers, os.environ)

    return run_server(load, settings)


def application(model: Predictor, workers: int, environment: Mapping[str, str]) -> Application:
    """Return the WSGI application of one worker."""
    limit = int(environment.get("MAX_CONTENT_LENGTH") or _LARGEST)
    style = Style.from_environment(environment)
    return Application(
        invocation(model, style),
        default_accept=style.default,
        default_content="text/libsvm",
        limit=limit,
        parameters=lambda: {
            "MaxConcurrentTransforms": workers,
            "BatchStrategy": "MULTI_RECORD",
            "MaxPayloadInMB": limit // 1024**2,
        },
    )


def invocation(model: Predictor, style: Style) -> Callable[[bytes, str, str], Answer]:
    """Return the function from request to answer, with the statuses that AWS's image gives."""

    def invoke(body: bytes, content_type: str, accept: str) -> Answer:
        if not body:
            return Answer(204, _TEXT, b"")
        try:
            rows = predictor.read(body, content_type)
        except UserError as error:
            return _refused(415, error)
        try:
            predictions = predictor.listed(model.predict(rows))
        except UserError as error:
            return _refused(400, error)
        try:
            media_type = style.accept(accept)
            return Answer(200, media_type, _body(model, style, predictions, media_type))
        except NotAcceptable as error:
            return _refused(406, error)
        except UserError as error:
            return _refused(500, error)

    return invoke


def _body(model: Predictor, style: Style, predictions: Any, media_type: str) -> bytes:
    if not style.selected:
        return style.body(predictions, media_type)
    rows = selectable.select(style.selected, model.objective, model.classes, predictions)
    return selectable.encode(rows, media_type) + (b"\n" if style.batch and media_type == CSV else b"")


def _refused(status: int, error: Exception) -> Answer:
    log.warning("%d: %s", status, error)
    return Answer(status, _TEXT, str(error).encode())
