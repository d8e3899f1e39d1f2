"""The endpoint: one model, which all workers share, and the formats of `bodies`."""

import logging
import os
import sys
from pathlib import Path

import serving
from framework.problems import RequestProblem, ScriptModeError
from framework.server import Settings
from framework.service import FunctionService
from serving import Answer

from linear_learner_image import bodies
from linear_learner_image.data import CSV
from linear_learner_image.model import LinearModel, load
from linear_learner_image.problems import ClientError

log = logging.getLogger(__name__)

_LIMIT_MB = 6
# A body of this size is answered in about a millisecond: other callers of the worker can wait for it.
_INLINE_BYTES = 32 * 1024


def service(model: LinearModel, workers: int) -> FunctionService:
    """Return the service around a model."""

    def invoke(body: bytes, media_type: str, accept: str) -> Answer:
        written = bodies.choose(accept)
        rows = bodies.read(body, media_type)
        try:
            answers = model.answers(rows)
        except ClientError as error:
            raise RequestProblem(400, error) from error
        return Answer(bodies.write(answers, written), written)

    parameters = {
        "MaxConcurrentTransforms": workers,
        "BatchStrategy": "MULTI_RECORD",
        "MaxPayloadInMB": _LIMIT_MB,
    }
    return FunctionService(invoke, inline_bytes=_INLINE_BYTES, default_content=CSV, parameters=parameters)


def run(base: Path) -> int:
    """Serve until SIGTERM; return the exit code."""
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="[%(asctime)s %(levelname)s] %(message)s")
    try:
        # Small models answer fast: one worker per core, but no more than four.
        settings = Settings.from_environment(workers=min(4, os.cpu_count() or 1))
        made = service(load(base / "model"), settings.server.workers)
    except (ScriptModeError, ClientError) as error:
        log.error("cannot serve: %s", error)
        return 1
    return serving.run(lambda: made, settings.server)
