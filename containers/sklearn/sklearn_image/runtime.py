"""ONNX Runtime on one thread: a worker is one, and what it computes is small."""

import numpy as np
import onnxruntime

from sklearn_image.schema import Matrix, Predict, Predictions

ERRORS_ONLY = 3
# Rows that are computed at once: intermediate results of more would not fit the processor's caches.
ROWS_AT_ONCE = 512
# The name of the one member that a tensor outside of the model has: the file that it is to be read from.
OUTSIDE = b"location"


def load(content: bytes) -> Predict:
    """Return what predicts; it raises what ONNX Runtime raises.

    Raises:
        ValueError: the model is not one that `convert` makes.
        Exception: ONNX Runtime has no class of its own for what it cannot load.
    """
    if OUTSIDE in content:
        raise ValueError("it refers to files")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = ERRORS_ONLY
    options.add_session_config_entry("session.load_model_format", "ONNX")
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    inputs, outputs = session.get_inputs(), session.get_outputs()
    if len(inputs) != 1 or len(outputs) != 1 or inputs[0].type != "tensor(double)":
        raise ValueError("it does not have one input of doubles and one output")
    return _predictor(session, inputs[0].name, outputs[0].name)


def _predictor(session: onnxruntime.InferenceSession, rows: str, predictions: str) -> Predict:
    wanted = [predictions]

    def predict(matrix: Matrix) -> Predictions:
        if len(matrix) > ROWS_AT_ONCE:
            starts = range(0, len(matrix), ROWS_AT_ONCE)
            return np.concatenate([predict(matrix[start : start + ROWS_AT_ONCE]) for start in starts])
        answer: Predictions = session.run(wanted, {rows: matrix})[0]
        return answer

    return predict
