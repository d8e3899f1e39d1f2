"""Serve the built-in algorithm's model: `/ping`, `/invocations`, `/execution-parameters`."""

import logging
import os
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import serving
from framework.problems import ScriptModeError
from framework.server import Settings
from framework.service import FunctionService
from serving import Answer
from serving.settings import whole_number

from xgboost_image import predictor, selectable
from xgboost_image.answers import CSV, NotAcceptable, Style
from xgboost_image.paths import Paths
from xgboost_image.predictor import Predictor
from xgboost_image.problems import Unreadable, UserError

log = logging.getLogger(__name__)

_LARGEST, _MOST_BYTES = 6 * 1024 * 1024, 999_999_999
_TEXT = "text/plain"


def run(paths: Paths) -> int:
    """Serve until SIGTERM; return the exit code. The workers are forked and share the model."""
    try:
        settings = settings_from(os.environ)
        model = predictor.load(paths.model)
    except (ScriptModeError, UserError, OSError) as error:
        log.error("cannot serve: %s", error)
        return 1
    log.info("Model objective : %s", model.objective)
    # What is too large for 32 bits is refused by name; NumPy need not warn of it.
    warnings.filterwarnings("ignore", "overflow encountered in cast", RuntimeWarning)
    made = service(model, settings, os.environ)
    return serving.run(lambda: made, settings)


def settings_from(environment: Mapping[str, str]) -> serving.Settings:
    """Read the kernel's settings; the largest body is the variable MAX_CONTENT_LENGTH, in bytes.

    Raises:
        ScriptModeError: a variable that must be a number is none.
    """
    settings = Settings.from_environment(environment).server
    try:
        limit = whole_number(environment, "MAX_CONTENT_LENGTH", _LARGEST, _MOST_BYTES)
    except ValueError as error:
        raise ScriptModeError(str(error)) from error
    return replace(settings, max_body_bytes=limit)


def service(model: Predictor, settings: serving.Settings, environment: Mapping[str, str]) -> FunctionService:
    """Return the service around a model."""
    style = Style.from_environment(environment)
    parameters = {
        "MaxConcurrentTransforms": settings.workers,
        "BatchStrategy": "MULTI_RECORD",
        "MaxPayloadInMB": settings.max_body_bytes // 1024**2,
        "Engine": model.engine,
        "EngineReason": model.reason,
    }
    return FunctionService(
        invocation(model, style),
        inline_bytes=model.inline_bytes,
        default_accept=style.default,
        default_content="text/libsvm",
        parameters=parameters,
    )


def invocation(model: Predictor, style: Style) -> Callable[[bytes, str, str], Answer]:
    """Return the function from request to answer, with the statuses that AWS's image gives."""

    def invoke(body: bytes, content_type: str, accept: str) -> Answer:
        if not body:
            return Answer(b"", _TEXT, 204)
        try:
            predictions = predictor.listed(model.answer(body, content_type))
        except Unreadable as error:
            return _refused(415, error)
        except UserError as error:
            return _refused(400, error)
        try:
            media_type = style.accept(accept)
            return Answer(_body(model, style, predictions, media_type), media_type)
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
    return Answer(str(error).encode(), _TEXT, status)
