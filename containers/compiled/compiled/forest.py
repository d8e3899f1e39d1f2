"""Forests, evaluated by forest.c for rows or for the text of a request."""

from ctypes import byref, c_char, c_double, c_float
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compiled import library
from compiled.layout import Ints, Laid, check
from compiled.library import ForestStruct
from compiled.lines import Lines
from compiled.masks import masks

Rows = NDArray[np.float32]
Answers = NDArray[Any]


class Forest:
    """Evaluates in the calling thread, and in several at once."""

    _name: str
    _number: Any
    # The same for NumPy: finding it out takes longer than a small forest.
    _kind: np.dtype[Any]

    def __init__(self, laid: Laid, columns: int, outputs: int, **arrays: NDArray[Any]) -> None:
        """Take what both kinds have; `arrays` are called as in forest.c."""
        laid.check(columns)
        ways = {"nodes": laid.nodes, "roots": laid.roots, "depths": laid.depths}
        arrays = ways | masks(laid)._asdict() | arrays
        self.given = byref(ForestStruct.of(arrays, trees=len(laid.roots), columns=columns, outputs=outputs))
        self.outputs = outputs
        functions = library.load()
        self._rows, self._text = getattr(functions, self._name), getattr(functions, f"{self._name}_text")

    def __call__(self, rows: Rows) -> Answers:
        """Return a row of outputs for each row."""
        answers = library.array(self._number, len(rows) * self.outputs)()
        self._rows(self.given, rows.tobytes(), len(rows), answers)
        return np.frombuffer(answers, self._kind).reshape(-1, self.outputs)

    def text(self, body: bytes, lines: int) -> Answers | None:
        """Return the same for at most so many lines of plain numbers; None: they have to be read in another way."""
        answers = library.array(self._number, lines * self.outputs)()
        count = self._text(self.given, body, len(body), lines, answers)
        if count <= 0:
            return None
        return np.frombuffer(answers, self._kind, count * self.outputs).reshape(count, -1)


class MeanForest(Forest):
    """Trees whose leaves have a value for each output, in double precision; the answer is the mean."""

    _name, _number, _kind = "forest_mean", c_double, np.dtype(np.float64)

    def __init__(self, laid: Laid, columns: int, means: NDArray[np.float64]) -> None:
        """Take `means`, a row for each node.

        Raises:
            ValueError: the forest is not in order.
            Unavailable: there is no compiled library.
        """
        check(means.ndim == 2 and means.dtype == np.float64 and len(means) == len(laid.nodes), "values")
        super().__init__(laid, columns, means.shape[1], means=means)


class LabellingForest:
    """A forest whose answers are lines of text: in one step from text to text."""

    def __init__(self, forest: MeanForest, lines: Lines) -> None:
        self._given, self._outputs, self._lines = forest.given, forest.outputs, lines
        self._answer = library.load().forest_mean_lines

    def __call__(self, body: bytes, lines: int) -> bytes | Answers | None:
        """Return the answer, or the means if they have more digits than `Lines` writes; None as `text` does."""
        means = library.array(c_double, lines * self._outputs)()
        answer = library.array(c_char, lines * self._lines.most_bytes)()
        labels, places = self._lines.labels, self._lines.places
        done = self._answer(self._given, body, len(body), lines, labels, places, means, answer)
        if done >= 0:
            written: bytes = answer[:done]
            return written
        count = -2 - done
        return np.frombuffer(means, count=count * self._outputs).reshape(count, -1) if count > 0 else None


class SumForest(Forest):
    """Trees that count for one output each, in single precision, added up in their order to a base."""

    _name, _number, _kind = "forest_sum", c_float, np.dtype(np.float32)

    def __init__(self, laid: Laid, columns: int, votes: Rows, targets: Ints, base: Rows) -> None:
        """Take `votes`, one for each node, `targets`, an output for each tree, and `base`, one for each output.

        Raises:
            ValueError: the forest is not in order.
            Unavailable: there is no compiled library.
        """
        check(votes.shape == laid.nodes.shape and votes.dtype == np.float32, "values")
        check(targets.shape == laid.roots.shape and targets.dtype == np.int32, "targets")
        check(bool(((targets >= 0) & (targets < len(base))).all()) and base.dtype == np.float32, "targets")
        super().__init__(laid, columns, len(base), votes=votes, targets=targets, base=base)
