"""Estimators as nodes of ONNX, computed as scikit-learn does it, up to the order of its sums.

scikit-learn's forests compare in single and add up in double precision; gradient boosting and linear models do all in
double.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from sklearn_image import tree_ensemble, trees
from sklearn_image.schema import Predictions
from sklearn_image.tree_ensemble import DOMAIN
from sklearn_image.trees import Tree


class Graph:
    """Adds nodes to a graph, each with one output that nobody else has."""

    def __init__(self, graph: Any) -> None:
        self._graph = graph

    def node(self, kind: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """Add a node and return the name of its output."""
        name = f"estimator-{len(self._graph.node)}"
        self._graph.node.append(helper.make_node(kind, inputs, [name], domain=domain, **attributes))
        return name

    def constant(self, values: NDArray[Any]) -> str:
        """Add a constant and return its name."""
        name = f"constant-{len(self._graph.initializer)}"
        self._graph.initializer.append(numpy_helper.from_array(values, name))
        return name

    def output(self, name: str, width: int) -> None:
        """Make the one output of a node its graph's own: rows of doubles."""
        del self._graph.output[:]
        self._graph.output.append(helper.make_tensor_value_info(name, TensorProto.DOUBLE, [None, width]))


Append = Callable[[Graph, Any, str], str]


def known(estimator: Any) -> Append | None:
    """Return what adds a fitted estimator to a graph: it takes the name of its input and returns its output's."""
    for attribute, append in (("estimators_", forest), ("_predictors", boosting), ("coef_", linear)):
        if hasattr(estimator, attribute):
            return append
    return None


def trees_of(estimator: Any) -> list[Tree]:
    """Return the trees in the order in which scikit-learn adds them up; a linear model has none."""
    if hasattr(estimator, "estimators_"):
        return [trees.of_forest(each) for each in estimator.estimators_]
    rounds = getattr(estimator, "_predictors", [])
    return [trees.of_boosting(predictor) for predictors in rounds for predictor in predictors]


def forest(graph: Graph, estimator: Any, rows: str) -> str:
    """Add up the values of the leaves in the order of the trees, and divide."""
    grown = trees_of(estimator)
    values = tree_ensemble.leaf_values(grown)
    add_up = _sum_of_single_values if np.count_nonzero(values, axis=1).max() <= 1 else _sum_of_many_values
    total = add_up(graph, grown, values, graph.node("Cast", rows, to=TensorProto.FLOAT))
    return graph.node("Div", total, graph.constant(np.array([float(len(grown))])))


def _sum_of_single_values(graph: Graph, grown: Sequence[Tree], values: Predictions, single: str) -> str:
    """Let each leaf count for one output: numbers, and classes of trees that are fully grown."""
    targets = values.argmax(axis=1)
    weights = np.take_along_axis(values, targets[:, np.newaxis], axis=1).ravel()
    attributes = tree_ensemble.attributes(grown, targets, weights, tree_ensemble.thresholds(grown))
    double = graph.node("Cast", single, to=TensorProto.DOUBLE)
    return graph.node("TreeEnsemble", double, domain=DOMAIN, n_targets=values.shape[1], **attributes)


def _sum_of_many_values(graph: Graph, grown: Sequence[Tree], values: Predictions, single: str) -> str:
    """Find each tree's leaf and look its values up; a TreeEnsemble's leaf has one number, which is its place there.

    Trees come first and rows second where the values are added up: ONNX Runtime is quickest over the first axis.
    """
    targets, places = tree_ensemble.by_leaf(grown, range(len(grown))), np.arange(len(values), dtype=np.float32)
    attributes = tree_ensemble.attributes(grown, targets, places, trees.single(tree_ensemble.thresholds(grown)))
    leaves = graph.node("TreeEnsemble", single, domain=DOMAIN, n_targets=len(grown), **attributes)
    by_tree = graph.node("Cast", graph.node("Transpose", leaves), to=TensorProto.INT32)
    found = graph.node("Gather", graph.constant(values), by_tree)
    return graph.node("ReduceSum", found, graph.constant(np.array([0])), keepdims=0)


def boosting(graph: Graph, estimator: Any, rows: str) -> str:
    """Add up the trees of each class; the first tree of each is what scikit-learn starts from."""
    baseline = np.ravel(estimator._baseline_prediction).tolist()
    grown = [*map(trees.constant, baseline), *trees_of(estimator)]
    targets = tree_ensemble.by_leaf(grown, [place % len(baseline) for place in range(len(grown))])
    attributes = tree_ensemble.attributes(
        grown, targets, tree_ensemble.leaf_values(grown).ravel(), tree_ensemble.thresholds(grown)
    )
    double = graph.node("Cast", rows, to=TensorProto.DOUBLE)
    score = graph.node("TreeEnsemble", double, domain=DOMAIN, n_targets=len(baseline), **attributes)
    return _answer(graph, estimator, score, len(baseline))


def linear(graph: Graph, estimator: Any, rows: str) -> str:
    """Weigh the columns."""
    weights = np.atleast_2d(estimator.coef_).T
    double = graph.node("Cast", rows, to=TensorProto.DOUBLE)
    product = graph.node("MatMul", double, graph.constant(np.ascontiguousarray(weights)))
    score = graph.node("Add", product, graph.constant(np.atleast_1d(estimator.intercept_)))
    return _answer(graph, estimator, score, weights.shape[1])


def _answer(graph: Graph, estimator: Any, score: str, width: int) -> str:
    """A regression's score is its answer; of two classes it is the second one's log-odds."""
    if not hasattr(estimator, "classes_"):
        return score
    if width > 1:
        return graph.node("Softmax", score, axis=1)
    second = graph.node("Sigmoid", score)
    return graph.node("Concat", graph.node("Sub", graph.constant(np.ones(1)), second), second, axis=1)
