"""Seam: an execution takes the program that was parsed when its state machine was made.

moto parses the definition anew for every execution: most of a second of the processor for one of our workflows,
before the first state is entered. Programs are kept pickled, since each execution has one of its own in moto.
"""
# moto's names are replaced or reached on purpose
# mypy: disable-error-code="method-assign, assignment"

import pickle
from functools import lru_cache
from typing import Any

from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from local.seams.definitions import parse

_KEPT = 128


def install() -> None:
    """Replace where an execution gets its program."""

    def entrypoint(self: Any) -> Any:
        return program(self._evaluation_details.state_machine_details.definition)

    ExecutionWorker._get_evaluation_entrypoint = entrypoint


def prepare() -> None:
    """Parse the definitions of state machines that an earlier server made, while nobody waits for them."""
    backends: list[Any] = [backend for _, _, backend in stepfunctions_parser_backends.iter_backends()]
    for machine in [machine for backend in backends for machine in backend.state_machines]:
        _pickled(machine.definition)


def program(definition: str) -> Any:
    """Return a program of a definition, for one execution.

    Raises:
        ASLParserException: there is none.
    """
    return pickle.loads(_pickled(definition))  # noqa: S301  written a few lines below


@lru_cache(_KEPT)
def _pickled(definition: str) -> bytes:
    return pickle.dumps(parse(definition)[0])
