"""Fit the asked estimator on channel `train`, print metric lines for both channels, keep the model."""

import logging

import numpy as np
from contract import parameters
from contract.errors import UserError
from contract.paths import Paths

from sklearn_image import data, estimators, model, portable, scoring
from sklearn_image.data import Labelled
from sklearn_image.model import Model

log = logging.getLogger(__name__)


def run(paths: Paths) -> None:
    """Do the whole job."""
    chosen = estimators.choose(parameters.read(paths.hyperparameters))
    channels = {name: data.read(paths.channel(name)) for name in _channels(paths)}
    fitted = fit(chosen, channels)
    for name, channel in channels.items():
        report(name, fitted, channel)
    model.save(fitted, paths.model)
    portable.save(fitted, fitted.schema.matrix(channels["train"].features), paths.model)


def _channels(paths: Paths) -> list[str]:
    """Name the channels; validation is optional."""
    return ["train", "validation"] if any(paths.channel("validation").glob("*.csv")) else ["train"]


def fit(chosen: estimators.Chosen, channels: dict[str, Labelled]) -> Model:
    """Learn from the rows of `train`; the levels of both channels are known to the model."""
    schema = data.schema(chosen.task, list(channels.values()))
    pipeline = model.pipeline(schema, chosen.build(), scaled=chosen.known.scaled)
    train = channels["train"]
    unseen = set(schema.classes) - set(train.labels)
    if unseen:
        raise UserError(f"classes without a row in channel train: {', '.join(sorted(unseen))}")
    pipeline.fit(schema.matrix(train.features), scoring.targets(schema, train))
    if "n_jobs" in chosen.known.fixed:
        # A server answers requests side by side: one row does not pay for a pool of threads.
        pipeline.set_params(estimator__n_jobs=None)
    return Model(pipeline, schema)


def report(channel: str, fitted: Model, labelled: Labelled) -> None:
    """Print one line per metric, as metric definitions expect them."""
    metrics = scoring.measure(fitted, labelled)(np.arange(len(labelled.rows)))
    for name, value in metrics.items():
        log.info("%s:%s=%.6f;", channel, name, value)
