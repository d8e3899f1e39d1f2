"""`python -m linear_learner_image train|serve`: what SageMaker runs by name; each imports only what it needs."""

import os
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Run one command; 2 when it is none of ours."""
    base = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
    if arguments == ["train"]:
        from linear_learner_image import train

        return train.run(base)
    if arguments == ["serve"]:
        # One row times one vector gains nothing from threads, which would cost each worker memory.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        from linear_learner_image import serve

        return serve.run(base)
    sys.stderr.write("usage: linear_learner_image train|serve\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
