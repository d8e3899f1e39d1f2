"""scikit-learn in a container of our own: `train`, `serve` and `evaluate` by SageMaker's contract."""

import os

# Unless told so before it is imported, ONNX Runtime reports its use to its maker, from a thread of its own.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
