"""The processing jobs around a model: `prepare` before training, `evaluate` after scoring."""
