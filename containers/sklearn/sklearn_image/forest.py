"""A random forest of plain numbers as arrays for compiled code, beside scikit-learn's own form of it.

Comparisons and sums are scikit-learn's: rows in single precision, means in double, trees in their order. Columns with
levels become others before they reach the forest, so models that have some are left to ONNX Runtime.
"""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from compiled import Laid, MeanForest, Tree, lay_out
from compiled.layout import NODE

from sklearn_image import trees
from sklearn_image.archive import FOREST
from sklearn_image.schema import Schema
from sklearn_image.trees import MOST_BYTES

ARRAYS = ("nodes", "roots", "depths", "means")


def fits(estimator: Any, schema: Schema) -> bool:
    """Tell whether the rows of a request are what the estimator's trees compare."""
    return hasattr(estimator, "estimators_") and schema.only_numbers


def content(estimator: Any) -> bytes:
    """Return the file of a fitted random forest.

    Raises:
        ValueError: it is too large.
    """
    grown = [trees.of_forest(each) for each in estimator.estimators_]
    trees.check_size(grown, NODE.itemsize, MOST_BYTES)
    laid, orders = lay_out([_compared(tree) for tree in grown])
    means = np.concatenate([tree.value[order] for tree, order in zip(grown, orders, strict=True)])
    stream = io.BytesIO()
    np.savez(stream, nodes=laid.nodes, roots=laid.roots, depths=laid.depths, means=means)
    return stream.getvalue()


def _compared(tree: trees.Tree) -> Tree:
    nothing_missing = np.zeros(len(tree.leaf), bool)
    return Tree(tree.leaf, tree.left, tree.right, tree.feature, trees.single(tree.threshold), nothing_missing)


def load(folder: Path, schema: Schema) -> MeanForest:
    """Read the file.

    Raises:
        OSError, ValueError: it is not there, or not what `content` makes.
        Unavailable: nothing compiled is there to evaluate it.
    """
    file = folder / FOREST
    try:
        with zipfile.ZipFile(file) as members:
            size = sum(member.file_size for member in members.infolist())
        if size > MOST_BYTES + 4096 * len(ARRAYS):
            raise ValueError(f"{size} bytes are more than {MOST_BYTES}")
        with np.load(file, allow_pickle=False) as read:
            nodes, roots, depths, means = (read[name] for name in ARRAYS)
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        raise ValueError(f"it cannot be read: {error}") from error
    if means.shape[1:] != (max(1, len(schema.classes)),):
        raise ValueError(f"a leaf has {means.shape[1:]} values")
    return MeanForest(Laid(nodes, roots, depths), len(schema.columns), means)
