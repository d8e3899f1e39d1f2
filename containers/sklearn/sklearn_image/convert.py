"""A fitted pipeline as ONNX: columns and linear models by skl2onnx, trees by nodes of our own.

scikit-learn's forests compare in single and add up in double precision, its gradient boosting does both in double.
What skl2onnx makes of them adds up in single precision, and a few rows in a thousand fall on the other side of a
threshold; the node that can do better (TreeEnsemble of ai.onnx.ml 5) is newer than what it writes.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import DoubleTensorType
from skl2onnx.helpers.onnx_helper import select_model_inputs_outputs
from sklearn.pipeline import Pipeline

from sklearn_image import trees
from sklearn_image.trees import Tree

TREES, TREES_VERSION = "ai.onnx.ml", 5
OPSETS = {"": 21, TREES: 3}
INPUT = "rows"
# A larger model is served natively: reading it would take a server's start too long.
MOST_BYTES = 512 * 1024 * 1024
NODE_BYTES = 24
# Whole numbers are exact in single precision up to here.
MOST_LEAVES = 2**24


class Unconvertible(Exception):
    """Why a pipeline has no ONNX form here."""


def to_onnx(pipeline: Pipeline, columns: int) -> bytes:
    """Convert; the one input is a matrix of doubles, the one output probabilities, or one number a row.

    Raises:
        Unconvertible: it is too large, or skl2onnx does not know a part of it.
    """
    estimator = pipeline[-1]
    _check_size(estimator)
    trees_only = hasattr(estimator, "estimators_") or hasattr(estimator, "_predictors")
    try:
        model = _converted(pipeline[:-1] if trees_only else pipeline, columns)
        if trees_only:
            _append(model, estimator)
    except Exception as error:  # skl2onnx raises whatever comes
        raise Unconvertible(f"{type(error).__name__}: {str(error)[:200]}") from error
    _drop_unused(model.graph)
    return bytes(model.SerializeToString())


def _converted(pipeline: Pipeline, columns: int) -> Any:
    """Let skl2onnx convert; of a classifier's outputs only the probabilities are kept."""
    options = {id(pipeline): {"zipmap": False}} if hasattr(pipeline[-1], "classes_") else None
    rows = [(INPUT, DoubleTensorType([None, columns]))]
    model = convert_sklearn(pipeline, initial_types=rows, target_opset=OPSETS, options=options)
    # The label is the first of the largest probabilities, as everywhere here: the graph need not find it too.
    return select_model_inputs_outputs(model, outputs=[model.graph.output[-1].name])


def _append(model: Any, estimator: Any) -> None:
    """Let the estimator's trees follow on what the columns became."""
    graph = _Graph(model.graph)
    columns = model.graph.output.pop().name
    build = _forest if hasattr(estimator, "estimators_") else _boosting
    width = len(estimator.classes_) if hasattr(estimator, "classes_") else 1
    output = helper.make_tensor_value_info(build(graph, estimator, columns), TensorProto.DOUBLE, [None, width])
    model.graph.output.append(output)
    del model.opset_import[:]
    model.opset_import.extend([helper.make_opsetid("", OPSETS[""]), helper.make_opsetid(TREES, TREES_VERSION)])


def _drop_unused(graph: Any) -> None:
    """Leave out constants that only the label needed."""
    used = {name for node in graph.node for name in node.input}
    kept = [constant for constant in graph.initializer if constant.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)


def _check_size(estimator: Any) -> None:
    """Estimate before anything is made of it."""
    grown = _trees_of(estimator)
    leaves = sum(int(tree.leaf.sum()) for tree in grown)
    if leaves > MOST_LEAVES:
        raise Unconvertible(f"{leaves} leaves are more than {MOST_LEAVES}")
    size = sum(tree.leaf.size * NODE_BYTES + tree.value.nbytes for tree in grown)
    if size > MOST_BYTES:
        raise Unconvertible(f"{size // 1024 // 1024} MB of trees are more than {MOST_BYTES // 1024 // 1024}")


def _trees_of(estimator: Any) -> list[Tree]:
    if hasattr(estimator, "estimators_"):
        return [trees.of_forest(each) for each in estimator.estimators_]
    rounds = getattr(estimator, "_predictors", [])
    return [trees.of_boosting(predictor) for predictors in rounds for predictor in predictors]


class _Graph:
    """Adds nodes to a graph, each with one output that nobody else has."""

    def __init__(self, graph: Any) -> None:
        self._graph = graph

    def node(self, kind: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """Add a node and return the name of its output."""
        name = f"trees-{len(self._graph.node)}"
        self._graph.node.append(helper.make_node(kind, inputs, [name], domain=domain, **attributes))
        return name

    def constant(self, values: NDArray[Any]) -> str:
        """Add a constant and return its name."""
        name = f"constant-{len(self._graph.initializer)}"
        self._graph.initializer.append(numpy_helper.from_array(values, name))
        return name


def _forest(graph: _Graph, estimator: Any, rows: str) -> str:
    """Find each tree's leaf, add up the leaves' values in the order of the trees, divide: as scikit-learn does.

    A TreeEnsemble's leaf has one number and a forest's one for each class, so its number is its place in a table.
    Trees come first and rows second where the values are added up: ONNX Runtime is quickest over the first axis.
    """
    grown = _trees_of(estimator)
    values = trees.leaf_values(grown)
    places = np.arange(len(values), dtype=np.float32)
    attributes = trees.attributes(grown, range(len(grown)), places, trees.single(trees.thresholds(grown)))
    single = graph.node("Cast", rows, to=TensorProto.FLOAT)
    leaves = graph.node("Transpose", graph.node("TreeEnsemble", single, domain=TREES, **attributes))
    found = graph.node("Gather", graph.constant(values), graph.node("Cast", leaves, to=TensorProto.INT32))
    total = graph.node("ReduceSum", found, graph.constant(np.array([0])), keepdims=0)
    return graph.node("Div", total, graph.constant(np.array([float(len(grown))])))


def _boosting(graph: _Graph, estimator: Any, rows: str) -> str:
    """Add up the trees of each class; the first tree of each is what scikit-learn starts from."""
    baseline = np.ravel(estimator._baseline_prediction).tolist()
    grown = [*map(trees.constant, baseline), *_trees_of(estimator)]
    targets = [place % len(baseline) for place in range(len(grown))]
    attributes = trees.attributes(grown, targets, trees.leaf_values(grown).ravel(), trees.thresholds(grown))
    raw = graph.node("TreeEnsemble", rows, domain=TREES, **attributes)
    if not hasattr(estimator, "classes_"):
        return raw
    if len(baseline) > 1:
        return graph.node("Softmax", raw, axis=1)
    second = graph.node("Sigmoid", raw)
    return graph.node("Concat", graph.node("Sub", graph.constant(np.ones(1)), second), second, axis=1)
