"""`python -m xgboost_image train|serve`: the built-in algorithm, or a script where the job or model names one."""

import logging
import os
import sys
import traceback

from xgboost_image import light
from xgboost_image.paths import Paths
from xgboost_image.problems import AlgorithmError, UserError

_TEXT = 1024


def train() -> int:
    """Train; a failure leaves its reason where SageMaker reads it."""
    paths = Paths.from_environment()
    if os.environ.get("SAGEMAKER_PROGRAM") or paths.config("hyperparameters.json").get("sagemaker_program"):
        from framework.trainer import train as run_script

        return run_script()
    # Jobs that run side by side share the cores: a thread that has nothing to do does not spin.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        with light.xgboost_alone():
            from xgboost_image import training

            training.run(paths)
    except (UserError, AlgorithmError) as error:
        return _failed(paths, f"sagemaker_algorithm_toolkit.exceptions.{type(error).__name__}: {error}")
    except Exception as error:
        return _failed(paths, f"{traceback.format_exc()}\n{type(error).__name__}: {error}")
    return 0


def serve() -> int:
    """Answer requests until SIGTERM; each worker computes in one thread, as in AWS's image."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if os.environ.get("SAGEMAKER_PROGRAM"):
        from framework.server import serve as serve_script

        from xgboost_image.defaults import XgboostDefaults

        return serve_script(XgboostDefaults())
    with light.xgboost_alone():
        from xgboost_image.serving import run

        return run(Paths.from_environment())


def _failed(paths: Paths, text: str) -> int:
    reason = f"framework error: \n{text}"
    logging.getLogger(__name__).error("Reporting training FAILURE\n%s", reason)
    paths.failure.parent.mkdir(parents=True, exist_ok=True)
    paths.failure.write_text(reason[:_TEXT], encoding="utf-8")
    return 1


def main(arguments: list[str]) -> int:
    """Run the one command that is named; 2 when it is none of ours."""
    logging.basicConfig(
        stream=sys.stdout,
        level=logging.INFO,
        format="[%(asctime)s:%(levelname)s] %(message)s",
        datefmt="%Y-%m-%d:%H:%M:%S",
    )
    commands = {"train": train, "serve": serve}
    if len(arguments) != 1 or arguments[0] not in commands:
        sys.stderr.write(f"usage: train|serve, got: {' '.join(arguments) or 'no argument'}\n")
        return 2
    return commands[arguments[0]]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
