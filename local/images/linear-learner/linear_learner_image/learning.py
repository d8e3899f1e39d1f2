"""Learn epoch by epoch, stop when nothing improves any more, and keep the best model."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from linear_learner_image import candidates, metrics, thresholds
from linear_learner_image.candidates import Candidate
from linear_learner_image.data import Table
from linear_learner_image.losses import Array, Loss
from linear_learner_image.model import LinearModel
from linear_learner_image.objective import Rows
from linear_learner_image.parameters import BINARY, MULTICLASS
from linear_learner_image.problems import ClientError
from linear_learner_image.scaling import Scaling

log = logging.getLogger(__name__)


@dataclass
class Found:
    """The best that was found so far."""

    model: LinearModel
    settings: dict[str, Any]
    value: float  # less is better


class Learning:
    """One training run on rows that were checked."""

    def __init__(
        self, train: Table, validation: Table | None, parameters: Mapping[str, Any], host: str = "algo-1"
    ) -> None:
        self._parameters = parameters
        self._host = host
        self._loss = Loss.of(parameters)
        self._train = train
        self._validation = validation
        self._scaling = Scaling.learn(train.features, train.labels, parameters)
        self._outputs = parameters["num_classes"] if parameters["predictor_type"] == MULTICLASS else 1

    def run(self) -> Found:
        """Learn and return the best model.

        Raises:
            ClientError: every model diverged.
        """
        models = self._candidates()
        best: dict[int, Found] = {}
        waiting, lowest = 0, np.inf
        for epoch in range(self._parameters["epochs"]):
            began = time.monotonic()
            for number, candidate in enumerate(models):
                with np.errstate(over="ignore", invalid="ignore"):  # a model that diverges is left behind
                    candidate.solver.epoch()
                    found = self._judged(candidate)
                if number not in best or found.value < best[number].value:
                    best[number] = found
            leader = min(best.values(), key=lambda item: item.value)
            lowest, waiting = self._tell(epoch, leader.model, lowest, waiting)
            self._tell_progress(epoch, len(self._train) / max(time.monotonic() - began, 1e-9))
            if waiting >= self._parameters["early_stopping_patience"]:
                log.info("Early stop condition met. Stopping training.")
                break
        found = min(best.values(), key=lambda item: item.value)
        if not np.isfinite(found.value):
            raise ClientError("the model diverged: choose a smaller learning_rate, or normalize_data")
        return found

    def _candidates(self) -> list[Candidate]:
        scaled = self._loss.scaled(self._scaling.label_deviation)
        rows = Rows(
            self._scaling.features(self._train.features),
            self._scaling.labels(self._train.labels),
            self._importance(self._train.labels),
        )
        shape = (self._train.features.shape[1], self._outputs)
        return candidates.make(rows, scaled, self._parameters, shape, validated=self._validation is not None)

    def _importance(self, labels: Array) -> Array:
        """How much each row counts while learning."""
        if self._parameters["predictor_type"] == BINARY:
            weight = self._parameters["positive_example_weight_mult"]
            positive = max(1, int(labels.sum()))
            # `auto` is left to the choice of the threshold, which `balanced` helps as well.
            ratio = (len(labels) - positive) / positive or 1.0
            return np.where(labels == 1, weight if isinstance(weight, float) else ratio, 1.0)
        if self._parameters["balance_multiclass_weights"] and self._outputs > 1:
            classes = labels.astype(np.int64)
            counts = np.bincount(classes, minlength=self._outputs)
            return np.asarray(1.0 / counts[classes])
        return np.ones(len(labels))

    def _judged(self, candidate: Candidate) -> Found:
        weights, bias = self._scaling.undone(candidate.solver.weights, candidate.solver.bias)
        judge = self._validation or self._train
        model = LinearModel(weights, bias, self._parameters["predictor_type"], self._loss.name)
        raw = model.raw(judge.features)
        value = self._mean_loss(raw, judge.labels)
        if not np.isfinite(value):
            return Found(model, candidate.settings, np.inf)
        if self._parameters["predictor_type"] == BINARY:
            threshold, reached = thresholds.choose(raw[:, 0], judge.labels, self._parameters)
            model = LinearModel(weights, bias, model.predictor_type, model.loss, threshold)
            # What is reached decides; the loss decides between equals.
            value = -reached + 1e-6 * value if reached else value
        return Found(model, candidate.settings, value)

    def _mean_loss(self, raw: Array, labels: Array) -> float:
        return float(self._loss.values(raw, labels).mean())

    def _tell(self, epoch: int, model: LinearModel, lowest: float, waiting: int) -> tuple[float, int]:
        """Print the epoch's losses; return the lowest so far and for how many epochs nothing improved."""
        name = metrics.objective(self._loss)
        current = np.inf
        for channel, rows in (("train", self._train), ("validation", self._validation)):
            if rows is not None:
                current = self._mean_loss(model.raw(rows.features), rows.labels)
                log.info(
                    "#quality_metric: host=%s, epoch=%d, %s %s <loss>=%r", self._host, epoch, channel, name, current
                )
        log.info(
            "#early_stopping_criteria_metric: host=%s, epoch=%d, criteria=%s, value=%r",
            self._host,
            epoch,
            name,
            current,
        )
        tolerance = self._parameters["early_stopping_tolerance"]
        if current < lowest - tolerance * abs(lowest) or not np.isfinite(lowest):
            log.info("Epoch %d: Loss improved. Updating best model", epoch)
            return current, 0
        return min(lowest, current), waiting + 1

    def _tell_progress(self, epoch: int, throughput: float) -> None:
        done = 100 * (epoch + 1) // self._parameters["epochs"]
        log.info("#progress_metric: host=%s, completed %d %% of epochs", self._host, done)
        log.info("#throughput_metric: host=%s, train throughput=%r records/second", self._host, throughput)
