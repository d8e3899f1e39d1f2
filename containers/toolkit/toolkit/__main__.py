"""`python -m toolkit COMMAND`: jobs that leave their failures where SageMaker reads them."""

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


def encode() -> int:
    """Run the job before a batch transform."""
    from toolkit.batch.encode import run

    paths = Paths.from_environment()
    return program.job(lambda: run(paths), paths.message)


def join() -> int:
    """Run the job after a batch transform."""
    from toolkit.batch.join import run

    paths = Paths.from_environment()
    return program.job(lambda: run(paths), paths.message)


def divide() -> int:
    """Run the job before a fan-out."""
    from toolkit.fan_out.divide import run

    paths = Paths.from_environment()
    return program.job(lambda: run(paths), paths.message)


def collect() -> int:
    """Run the job after a fan-out."""
    from toolkit.fan_out.collect import run

    paths = Paths.from_environment()
    return program.job(lambda: run(paths), paths.message)


COMMANDS = {
    "prepare": prepare,
    "evaluate": evaluate,
    "encode": encode,
    "join": join,
    "divide": divide,
    "collect": collect,
}

if __name__ == "__main__":
    sys.exit(program.main("toolkit", COMMANDS, sys.argv[1:]))
