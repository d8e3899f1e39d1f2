"""Script-mode training: place the code, install what it asks for, run it, and leave `success` or `failure`."""

import logging
import os
import sys
import traceback
from pathlib import Path

from framework import code, packages, script
from framework.paths import Paths
from framework.problems import ScriptModeError
from framework.variables import TrainingEnvironment

# Scripts may import what serving functions use.
_PROGRAM = str(Path(__file__).parents[1])

log = logging.getLogger("sagemaker-training-toolkit")


def train() -> int:
    """Run the user's script on this job; return the exit code."""
    paths = Paths.from_environment()
    try:
        environment = TrainingEnvironment(paths)
        logging.basicConfig(
            stream=sys.stdout, level=environment.log_level, format="%(asctime)s %(name)-12s %(levelname)-8s %(message)s"
        )
        _run(environment)
    except ScriptModeError as error:
        return _failed(paths, str(error))
    except Exception as error:
        return _failed(paths, f"Framework Error: \n{traceback.format_exc()}\n{error}")
    log.info("Reporting training SUCCESS")
    paths.output.mkdir(parents=True, exist_ok=True)
    (paths.output / "success").touch()
    return 0


def _run(environment: TrainingEnvironment) -> None:
    folder = environment.paths.code
    code.place(environment.module_dir, folder)
    module = script.is_module(folder, environment.entry_point)
    search = packages.install(folder, environment.paths.packages, module=module)
    words = script.command(folder, environment.entry_point, environment.arguments)
    log.info("Invoking user script with the hyperparameters %s", environment.hyperparameters)
    log.info("Invoking script with the following command:\n\n%s\n", " ".join(words))
    before = filter(None, [os.environ.get("PYTHONPATH")])
    python_path = os.pathsep.join([str(folder), *search, *before, _PROGRAM])
    script.run(words, folder, environment.variables() | {"PYTHONPATH": python_path})


def _failed(paths: Paths, reason: str) -> int:
    log.error("Reporting training FAILURE\n%s", reason)
    paths.output.mkdir(parents=True, exist_ok=True)
    failure = paths.output / "failure"
    if not failure.exists():  # the script's own words go first
        failure.write_text(reason)
    return 1
