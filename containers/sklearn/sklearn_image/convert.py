"""A fitted pipeline as ONNX: what becomes of the columns by skl2onnx, the estimator by nodes of our own.

What skl2onnx makes of trees adds up in single precision, and a few rows in a thousand fall on the other side of a
threshold; the node that can do better (TreeEnsemble of ai.onnx.ml 5) is newer than what it writes. Of levels it makes
columns of single precision, and so a linear model of single precision where there is nothing but levels.
"""

from typing import Any

from onnx import helper
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import DoubleTensorType
from sklearn.pipeline import Pipeline

from sklearn_image import nodes, trees
from sklearn_image.tree_ensemble import DOMAIN, VERSION
from sklearn_image.trees import MOST_BYTES

MAIN_VERSION = 21
# Up to which skl2onnx writes.
COLUMNS_VERSION = 3
# Of a node as ONNX has it.
NODE_BYTES = 24
# Whole numbers are exact in single precision up to here.
MOST_LEAVES = 2**24


class Unconvertible(Exception):
    """Why a pipeline has no ONNX form here."""


def to_onnx(pipeline: Pipeline, columns: int) -> bytes:
    """Convert; the one input is a matrix of doubles, the one output probabilities, or one number a row.

    Raises:
        Unconvertible: it is too large, or a part of it is unknown.
    """
    estimator = pipeline[-1]
    append = nodes.known(estimator)
    if append is None:
        raise Unconvertible(f"no nodes are known for {type(estimator).__name__}")
    _check_size(estimator)
    try:
        model = _columns(pipeline[:-1], columns)
        graph = nodes.Graph(model.graph)
        answer = append(graph, estimator, model.graph.output[0].name)
        graph.output(answer, len(getattr(estimator, "classes_", "1")))
        return bytes(model.SerializeToString())
    except Exception as error:  # skl2onnx raises whatever comes
        raise Unconvertible(f"{type(error).__name__}: {str(error)[:200]}") from error


def _columns(pipeline: Pipeline, columns: int) -> Any:
    """Convert what comes before the estimator."""
    rows = [("rows", DoubleTensorType([None, columns]))]
    model = convert_sklearn(pipeline, initial_types=rows, target_opset={"": MAIN_VERSION, DOMAIN: COLUMNS_VERSION})
    del model.opset_import[:]
    model.opset_import.extend([helper.make_opsetid("", MAIN_VERSION), helper.make_opsetid(DOMAIN, VERSION)])
    return model


def _check_size(estimator: Any) -> None:
    """Count and estimate before anything is made of it."""
    grown = nodes.trees_of(estimator)
    leaves = sum(int(tree.leaf.sum()) for tree in grown)
    if leaves > MOST_LEAVES:
        raise Unconvertible(f"{leaves} leaves are more than {MOST_LEAVES}")
    try:
        trees.check_size(grown, NODE_BYTES, MOST_BYTES)
    except ValueError as error:
        raise Unconvertible(str(error)) from error
