"""Load the model once and let the serving kernel answer for it."""

import logging

import serving
from contract.errors import UserError
from contract.paths import Paths
from serving import Settings

from sklearn_image import engine
from sklearn_image.service import ModelService

log = logging.getLogger(__name__)


def run(paths: Paths) -> int:
    """Serve until told to stop."""
    try:
        settings = Settings.from_environment()
    except ValueError as error:
        log.error("cannot serve: %s", error)
        return 1
    return serving.run(lambda: load(paths, settings), settings)


def load(paths: Paths, settings: Settings) -> ModelService:
    """Load the model; ValueError says why there is none."""
    try:
        return ModelService(engine.choose(paths.model), settings)
    except UserError as error:
        raise ValueError(str(error)) from error
