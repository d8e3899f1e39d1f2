"""Answers of classifiers as text/csv, written by lines.c."""

from collections.abc import Sequence
from ctypes import c_char, c_int32
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from compiled import library

# `,0.` and the most decimals that are written.
NUMBER_BYTES = 3 + 15


class Lines:
    """Writes for each row the label of its largest probability, and all of them."""

    def __init__(self, labels: Sequence[bytes]) -> None:
        """Take the labels as they are to be written.

        Raises:
            Unavailable: there is no compiled library.
        """
        self.labels = b"".join(labels)
        self.places = (c_int32 * (len(labels) + 1))(0, *accumulate(map(len, labels)))
        self._outputs = len(labels)
        # Of one line.
        self.most_bytes = max(map(len, labels)) + NUMBER_BYTES * len(labels) + 1
        self._write = library.load().lines_write

    def __call__(self, probabilities: NDArray[np.float64]) -> bytes | None:
        """Return the lines; None: a number has more digits than are written here."""
        count = len(probabilities)
        text = library.array(c_char, count * self.most_bytes)()
        length = self._write(probabilities.tobytes(), count, self._outputs, self.labels, self.places, text)
        return text[:length] if length >= 0 else None
