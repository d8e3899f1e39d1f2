"""`python -m sklearn_image train|serve|evaluate`; each command imports only what it needs."""

import os
import sys

from contract import program
from contract.paths import Paths


def train() -> int:
    """Fit a model on the channels."""
    from sklearn_image.train import run

    paths = Paths.from_environment()
    return program.job(lambda: run(paths), paths.failure)


def serve() -> int:
    """Answer requests until SIGTERM."""
    # A worker computes on one core. Libraries read this once, when they are imported.
    for library in ("OPENBLAS", "OMP"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    from sklearn_image.serve import run

    return run(Paths.from_environment())


def evaluate() -> int:
    """Measure a model on labelled rows, as a processing job."""
    from sklearn_image.evaluate import run

    paths = Paths.from_environment()
    return program.job(lambda: run(paths), paths.message)


if __name__ == "__main__":
    sys.exit(program.main("sklearn_image", {"train": train, "serve": serve, "evaluate": evaluate}, sys.argv[1:]))
