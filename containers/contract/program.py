"""An image's command line: one word says what to do, anything else is refused with the usage.

A job that fails leaves its reason in the file where SageMaker looks for it, and exits with 1.
"""

import logging
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from contract.errors import UserError
from contract.text import shortened

log = logging.getLogger(__name__)

MESSAGE_BYTES = 1024


def main(name: str, commands: Mapping[str, Callable[[], int]], arguments: Sequence[str]) -> int:
    """Run the one command that is named; 2 when it is none of ours."""
    logging.basicConfig(stream=sys.stdout, format="%(message)s", level=logging.INFO)
    if len(arguments) != 1 or arguments[0] not in commands:
        sys.stderr.write(f"usage: {name} {'|'.join(commands)}\n")
        sys.stderr.write(f"got: {' '.join(arguments) or 'no argument'}\n")
        return 2
    return commands[arguments[0]]()


def job(work: Callable[[], None], reason_file: Path) -> int:
    """Do the work; on failure write the reason where SageMaker reads it."""
    try:
        work()
    except UserError as error:
        return _failed(str(error), reason_file)
    except Exception as error:
        traceback.print_exc()
        return _failed(f"{type(error).__name__}: {error}", reason_file)
    return 0


def _failed(reason: str, reason_file: Path) -> int:
    log.error("%s", reason)
    reason_file.parent.mkdir(parents=True, exist_ok=True)
    reason_file.write_text(shortened(reason, MESSAGE_BYTES), encoding="utf-8")
    return 1
