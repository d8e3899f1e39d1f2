"""Serve an R image: `python -m r_front`, started by the script `run`."""

import logging
import os
import sys
from dataclasses import replace
from pathlib import Path

import serving
from serving.settings import MOST_WORKERS, whole_number

from r_front.service import RService


def main() -> int:
    """Serve until told to stop; return the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        settings = serving.Settings.from_environment()
        workers = whole_number(os.environ, "MODEL_SERVER_WORKERS", settings.workers, MOST_WORKERS)
        startup_seconds = whole_number(os.environ, "MODEL_SERVER_STARTUP_SECONDS", 60, 9999)
    except ValueError as error:
        logging.error("cannot serve: %s", error)
        return 1
    command = ["Rscript", "--vanilla", str(Path(os.environ["CONTRACT_FOLDER"], "main.R")), "serve"]
    service = RService(command, workers=workers, startup_seconds=startup_seconds)
    return serving.run(lambda: service, replace(settings, workers=1))


if __name__ == "__main__":
    sys.exit(main())
