"""ONNX Runtime around a file of `onnx_file`, in the calling thread: no thread is made, so workers may be forked."""

import os
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xgboost_image.onnx_file import INPUT, OUTPUT
from xgboost_image.problems import Unfaithful

Floats = NDArray[np.float32]

_OUTPUTS = [OUTPUT]


class Evaluator:
    """From rows to outputs. A single row goes by memory that is bound once: handing over arrays would cost more."""

    def __init__(self, file: bytes, features: int, outputs: int) -> None:
        """Load.

        Raises:
            Unfaithful: ONNX Runtime refuses the file.
        """
        self._session = _session(file)
        self._row = np.zeros((1, features), dtype=np.float32)
        self._sums = np.zeros((1, outputs), dtype=np.float32)
        self._bound = self._session.io_binding()
        self._bound.bind_input(INPUT, "cpu", 0, np.float32, self._row.shape, self._row.ctypes.data)
        self._bound.bind_output(OUTPUT, "cpu", 0, np.float32, self._sums.shape, self._sums.ctypes.data)
        self._lock = Lock()

    def __call__(self, rows: Floats) -> Floats:
        """Evaluate; by several threads at once, where they ask so."""
        if len(rows) == 1:
            return self._one(rows)
        sums: Floats = self._session.run(_OUTPUTS, {INPUT: rows})[0]
        return sums

    def _one(self, row: Floats) -> Floats:
        with self._lock:
            self._row[:] = row
            self._session.run_with_iobinding(self._bound)
            return self._sums.copy()


def _session(file: bytes) -> Any:
    # Unless told so before it is imported, it reports its use to its maker, from a thread of its own.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # it has a class for each of its statuses
        raise Unfaithful(f"ONNX Runtime: {error}") from error
