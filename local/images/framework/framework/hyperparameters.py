"""Hyperparameters: JSON inside strings; those that begin with `sagemaker_` are for the toolkit, not for the script."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PREFIX = "sagemaker_"
PROGRAM = "sagemaker_program"
SUBMIT_DIRECTORY = "sagemaker_submit_directory"
LOG_LEVEL = "sagemaker_container_log_level"
# What the toolkit itself reads; the rest with its prefix belongs to the framework.
TOOLKIT = frozenset(
    {
        PROGRAM,
        SUBMIT_DIRECTORY,
        LOG_LEVEL,
        "sagemaker_enable_cloudwatch_metrics",
        "sagemaker_region",
        "sagemaker_job_name",
        "default_user_module_name",
        "_tuning_objective_metric",
        "sagemaker_s3_output",
    }
)


def read(file: Path) -> dict[str, Any]:
    """Return all hyperparameters, each decoded as JSON where it is JSON, else as it stands."""
    values: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    return {name: _decoded(value) for name, value in values.items()}


def _decoded(value: Any) -> Any:
    try:
        return json.loads(value)
    except (ValueError, TypeError):
        return value


def for_script(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the script gets."""
    return {name: value for name, value in values.items() if name not in TOOLKIT and not name.startswith(PREFIX)}


def for_framework(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is for the framework: with the prefix, but not the toolkit's own."""
    return {name: value for name, value in values.items() if name.startswith(PREFIX) and name not in TOOLKIT}


def arguments(values: Mapping[str, Any]) -> list[str]:
    """Return the script's command line: sorted by name, `-n` for one letter, `--name` for more."""
    words: list[str] = []
    for name in sorted(values):
        words += [f"--{name}" if len(name) > 1 else f"-{name}", _text(values[name])]
    return words


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return ",".join(f"{key}={item}" for key, item in sorted(value.items()))
    return str(value)
