"""Callbacks in a fixed order. XGBoost keeps them in a set and skips the rest once one of them ends the training."""

from collections.abc import Sequence
from typing import Any

from xgboost.callback import TrainingCallback


class InOrder(TrainingCallback):
    """Calls each of several callbacks after each round, whatever the ones before it say."""

    def __init__(self, callbacks: Sequence[TrainingCallback]) -> None:
        super().__init__()
        self._callbacks = callbacks

    def before_training(self, model: Any) -> Any:
        """Pass the model through all."""
        for callback in self._callbacks:
            model = callback.before_training(model)
        return model

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
        """Tell whether one of them wants to stop, once all were asked."""
        wishes = [callback.after_iteration(model, epoch, evals_log) for callback in self._callbacks]
        return any(wishes)

    def after_training(self, model: Any) -> Any:
        """Pass the model through all."""
        for callback in self._callbacks:
            model = callback.after_training(model)
        return model
