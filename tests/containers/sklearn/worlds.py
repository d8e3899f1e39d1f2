"""Random models over random columns, and rows that lie where models are easily told apart: on their thresholds."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn_image import estimators, model, portable
from sklearn_image.model import Model
from sklearn_image.schema import Column, Matrix, Schema

SCALES = (1.0, 0.001, 1e6)


@dataclass(frozen=True)
class World:
    """A fitted model and the generator that made it."""

    model: Model
    generator: np.random.Generator

    def rows(self, count: int) -> Matrix:
        """Return rows of which most lie on a threshold, or one step of a double or of a single beside it."""
        rows = table(self.model.schema, self.generator, count)
        features, thresholds = splits(self.model.pipeline[-1])
        numbers = np.flatnonzero([not column.levels for column in self.model.schema.columns])
        known = features < len(numbers)
        if not known.any():
            return rows
        chosen = self.generator.choice(np.flatnonzero(known), count)
        there, values = numbers[features[chosen]], thresholds[chosen]
        far = self.generator.choice([-np.inf, np.inf], count)
        steps = [values, np.nextafter(values, far), np.nextafter(values.astype(np.float32), far.astype(np.float32))]
        rows[np.arange(count), there] = np.choose(self.generator.integers(0, 3, count), steps)
        return rows


def kept(made: World, folder: Path) -> Path:
    """Write the model's archive, as training does."""
    model.save(made.model, folder)
    portable.save(made.model, made.rows(500), folder)
    return folder


def table(schema: Schema, generator: np.random.Generator, count: int) -> Matrix:
    """Return rows as they are met: measured, whole, rounded or large numbers, and levels."""
    rows = generator.normal(size=(count, len(schema.columns)))
    for place, column in enumerate(schema.columns):
        if column.levels:
            rows[:, place] = generator.integers(0, len(column.levels), count)
        elif place % 2:
            rows[:, place] = rows[:, place].round(place % 3) * SCALES[place % 3]
    return rows


def splits(estimator: Any) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return feature and threshold of all inner nodes of all trees."""
    if hasattr(estimator, "estimators_"):
        trees = [each.tree_ for each in estimator.estimators_]
        parts = [(tree.feature[tree.feature >= 0], tree.threshold[tree.feature >= 0]) for tree in trees]
    else:
        predictors = [each for round_ in getattr(estimator, "_predictors", []) for each in round_]
        inner = [each.nodes[each.nodes["is_leaf"] == 0] for each in predictors]
        parts = [(nodes["feature_idx"], nodes["num_threshold"]) for nodes in inner]
    return np.concatenate([np.zeros(0, int), *(part[0] for part in parts)]), np.concatenate(
        [np.zeros(0), *(part[1] for part in parts)]
    )


def world(seed: int, estimator: str, *, classes: int = 0, numbers: int = 5, levels: int = 0, **asked: str) -> World:
    """Fit a model; `classes` is 0 for a regression."""
    generator = np.random.default_rng(seed)
    columns = [Column(f"number {place}") for place in range(numbers)]
    columns += [Column(f"kind {place}", tuple("abcdef"[: place + 2])) for place in range(levels)]
    task = "classification" if classes else "regression"
    schema = Schema(task, "target", tuple(columns), tuple(f"class {code}" for code in range(classes)))
    rows = table(schema, generator, 300)
    score = (rows / np.maximum(np.abs(rows).max(axis=0), 1e-9)).sum(axis=1) + generator.normal(scale=0.2, size=300)
    bounds = np.quantile(score, np.arange(1, classes) / classes) if classes else []
    target = np.digitize(score, bounds).astype(float) if classes else score * 1000
    chosen = estimators.choose({"task": task, "estimator": estimator, "seed": str(seed), **asked})
    pipeline = model.pipeline(schema, chosen.build(), scaled=chosen.known.scaled).fit(rows, target)
    if "n_jobs" in chosen.known.fixed:
        pipeline.set_params(estimator__n_jobs=None)
    return World(Model(pipeline, schema), generator)
