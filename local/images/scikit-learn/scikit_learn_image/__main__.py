"""`python -m scikit_learn_image train|serve`: what SageMaker runs by name."""

import sys
from collections.abc import Callable

import framework

from scikit_learn_image.defaults import ScikitLearnDefaults


def serve() -> int:
    """Serve the user's module."""
    return framework.serve(ScikitLearnDefaults())


COMMANDS: dict[str, Callable[[], int]] = {"train": framework.train, "serve": serve}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        sys.stderr.write("usage: scikit_learn_image train|serve\n")
        sys.exit(2)
    sys.exit(COMMANDS[sys.argv[1]]())
