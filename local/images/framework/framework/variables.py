"""The variables `SM_*` that a training script finds, from the job's configuration files and this machine."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from framework import hyperparameters
from framework.paths import Paths

_LOG_LEVEL_INFO = 20
_GROUP = "homogeneousCluster"


class TrainingEnvironment:
    """One training job, as its script sees it."""

    def __init__(self, paths: Paths, environment: Mapping[str, str] = os.environ) -> None:
        self.paths = paths
        self._environment = environment
        self.all_hyperparameters = hyperparameters.read(paths.config / "hyperparameters.json")
        self.hyperparameters = hyperparameters.for_script(self.all_hyperparameters)
        self.channels = _read(paths, "inputdataconfig.json")
        self.resources = {"hosts": ["algo-1"], "current_host": "algo-1", **_read(paths, "resourceconfig.json")}

    @property
    def entry_point(self) -> str:
        """The script's name; the variable SAGEMAKER_PROGRAM goes before the hyperparameter."""
        named = self._environment.get("SAGEMAKER_PROGRAM") or self.all_hyperparameters.get(hyperparameters.PROGRAM)
        return str(named or "")

    @property
    def module_dir(self) -> str:
        """Where the code came from."""
        named = self.all_hyperparameters.get(hyperparameters.SUBMIT_DIRECTORY)
        return str(named or self._environment.get("SAGEMAKER_SUBMIT_DIRECTORY") or self.paths.code)

    @property
    def log_level(self) -> int:
        """As Python's logging counts it."""
        return int(self.all_hyperparameters.get(hyperparameters.LOG_LEVEL, _LOG_LEVEL_INFO))

    @property
    def arguments(self) -> list[str]:
        """The script's command line."""
        return hyperparameters.arguments(self.hyperparameters)

    @cached_property
    def _groups(self) -> dict[str, Any]:
        groups = self.resources.get("instance_groups", [])
        return {group["instance_group_name"]: group for group in groups}

    @cached_property
    def _common(self) -> dict[str, Any]:
        """What the variables and SM_TRAINING_ENV tell under the same name."""
        paths = self.paths
        group = self.resources.get("current_group_name", _GROUP)
        return {
            "current_host": self.resources["current_host"],
            "current_instance_type": self.resources.get("current_instance_type", "local"),
            "current_instance_group": group,
            "current_instance_group_hosts": self._groups.get(group, {}).get("hosts", []),
            "distribution_instance_groups": [],
            "framework_module": self._environment.get("SAGEMAKER_TRAINING_MODULE"),
            "hosts": self.resources["hosts"],
            "input_config_dir": str(paths.config),
            "input_data_config": self.channels,
            "input_dir": str(paths.input),
            "instance_groups": list(self._groups),
            "instance_groups_dict": self._groups,
            "is_hetero": len(self._groups) > 1,
            "log_level": self.log_level,
            "model_dir": str(paths.model),
            "module_dir": self.module_dir,
            "module_name": self.entry_point.removesuffix(".py"),
            "network_interface_name": self.resources.get("network_interface_name", "eth0"),
            "num_cpus": os.cpu_count() or 1,
            "num_gpus": _gpus(),
            "num_neurons": 0,
            "output_data_dir": str(paths.output / "data"),
            "output_dir": str(paths.output),
            "output_intermediate_dir": str(paths.output / "intermediate"),
            "resource_config": self.resources,
            "user_entry_point": self.entry_point,
        }

    @property
    def description(self) -> dict[str, Any]:
        """What SM_TRAINING_ENV holds."""
        master = self.resources["hosts"][0]
        return self._common | {
            "additional_framework_parameters": hyperparameters.for_framework(self.all_hyperparameters),
            "channel_input_dirs": self._channel_folders(),
            "distribution_hosts": [],
            "hyperparameters": self.hyperparameters,
            "is_master": self.resources["current_host"] == master,
            "job_name": self._environment.get("TRAINING_JOB_NAME"),
            "master_hostname": master,
        }

    def _channel_folders(self) -> dict[str, str]:
        return {name: str(self.paths.channel(name)) for name in self.channels}

    def variables(self) -> dict[str, str]:
        """Return every variable `SM_*`."""
        values = self._common | {
            "channels": sorted(self.channels),
            "framework_params": hyperparameters.for_framework(self.all_hyperparameters),
            "hps": self.hyperparameters,
            "training_env": self.description,
            "user_args": self.arguments,
        }
        values |= {f"channel_{name}": folder for name, folder in self._channel_folders().items()}
        values |= {f"hp_{name}": value for name, value in self.hyperparameters.items()}
        return {f"SM_{name.upper()}": _text(value) for name, value in values.items()}


def _read(paths: Paths, name: str) -> dict[str, Any]:
    file = paths.config / name
    value: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    return value


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, separators=(",", ":"))


def _gpus() -> int:
    if not shutil.which("nvidia-smi"):
        return 0
    try:
        listed = subprocess.run(["nvidia-smi", "--list-gpus"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    return sum(line.startswith("GPU ") for line in listed.stdout.splitlines())
