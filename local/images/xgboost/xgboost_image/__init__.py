"""XGBoost in the formats of AWS's built-in image: `train` and `serve` by SageMaker's contract."""
