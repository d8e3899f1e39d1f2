"""scikit-learn in a container of our own: `train`, `serve` and `evaluate` by SageMaker's contract."""
