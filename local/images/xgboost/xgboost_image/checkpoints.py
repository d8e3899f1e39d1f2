"""Checkpoints, one file per round, and the model kept while it grows."""

import os
import re
from pathlib import Path
from typing import Any

import xgboost

_NAME = re.compile(r"xgboost-checkpoint\.(\d+)")
_KEPT = 5


def latest(folder: Path | None) -> tuple[Path | None, int]:
    """Return the newest checkpoint and how many rounds it holds."""
    found = _all(folder) if folder else {}
    if not found:
        return None, 0
    newest = max(found)
    return found[newest], newest + 1


def _all(folder: Path) -> dict[int, Path]:
    files = folder.iterdir() if folder.is_dir() else iter(())
    return {int(match[1]): file for file in files if (match := _NAME.fullmatch(file.name))}


class Checkpoints(xgboost.callback.TrainingCallback):
    """Writes one after each round and keeps the last five."""

    def __init__(self, folder: Path, done: int) -> None:
        super().__init__()
        self._folder = folder
        self._done = done
        folder.mkdir(parents=True, exist_ok=True)

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
        """Save round `epoch`, counted from the very first one."""
        number = self._done + epoch
        save(model, self._folder / f"xgboost-checkpoint.{number}")
        for old, file in _all(self._folder).items():
            if old <= number - _KEPT:
                file.unlink(missing_ok=True)
        return False


class KeepModel(xgboost.callback.TrainingCallback):
    """Writes the model after each round, for a job that may be stopped."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
        """Replace the model in one step: whenever the job ends, the file is whole."""
        save(model, self._file)
        return False


def save(model: xgboost.Booster, file: Path) -> None:
    """Write a model in XGBoost's binary JSON, the format for names without ending since 2.1."""
    file.parent.mkdir(parents=True, exist_ok=True)
    growing = file.with_name(f".{file.name}.part")
    growing.write_bytes(model.save_raw("ubj"))
    os.replace(growing, file)  # noqa: PTH105
