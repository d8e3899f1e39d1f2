"""`python -m toolkit prepare|evaluate`: jobs that leave their failures where SageMaker reads them."""

import sys

from contract import program
from contract.paths import Paths


def prepare() -> int:
    """Run the job before training."""
    from toolkit.prepare import run

    paths = Paths.from_environment()
    return program.job(lambda: run(paths), paths.message)


def evaluate() -> int:
    """Run the job after scoring."""
    from toolkit.evaluate import run

    paths = Paths.from_environment()
    return program.job(lambda: run(paths), paths.message)


if __name__ == "__main__":
    sys.exit(program.main("toolkit", {"prepare": prepare, "evaluate": evaluate}, sys.argv[1:]))
