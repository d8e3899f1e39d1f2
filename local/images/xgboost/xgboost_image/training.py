"""One training job in algorithm mode: check everything, read the channels, boost, save."""

import logging

import xgboost

from xgboost_image import boosting, channel, checkpoints, dependencies, hyperparameters
from xgboost_image.boosting import Data
from xgboost_image.paths import Paths
from xgboost_image.problems import UserError
from xgboost_image.rows import Rows

log = logging.getLogger(__name__)


def run(paths: Paths) -> None:
    """Do the whole job.

    Raises:
        UserError, AlgorithmError: it cannot be done; the message becomes FailureReason.
    """
    values = hyperparameters.read(paths.config("hyperparameters.json"))
    dependencies.check(values)
    hosts = paths.config("resourceconfig.json").get("hosts", ["algo-1"])
    if len(hosts) > 1:
        raise UserError(f"{len(hosts)} instances: this stand-in for AWS's XGBoost image trains on one instance only")
    data = _read(paths, weights=values.get("csv_weights") == 1)
    log.info("Single node training.")
    booster = boosting.boost(paths, values, data)
    checkpoints.save(booster, paths.model / boosting.MODEL)


def _read(paths: Paths, *, weights: bool) -> Data:
    channels = paths.config("inputdataconfig.json")
    channel.check(channels)
    content_type = channels["train"].get("ContentType")
    found: dict[str, Rows] = {}
    for name, noun in (("train", "training"), ("validation", "validation")):
        if name in channels:
            rows = channel.read(paths.channel(name), content_type, weights=weights)
            if rows is None:
                raise UserError(f"No data in {noun} channel path {paths.channel(name)}")
            found[name] = rows
    train = _matrix(found["train"])
    log.info("Train matrix has %d rows and %d columns", train.num_row(), train.num_col())
    if "validation" not in found:
        return Data(train, None)
    validation = _matrix(found["validation"])
    log.info("Validation matrix has %d rows", validation.num_row())
    return Data(train, validation)


def _matrix(rows: Rows) -> xgboost.DMatrix:
    try:
        return rows.matrix()
    except (xgboost.core.XGBoostError, ValueError) as error:
        raise boosting.problem(error) from error
