"""Seam: a wrong definition is refused with AWS's error when a state machine is made, updated or validated.

moto refuses what it cannot parse with an error that has no code, takes a transition to a state that is not
there, and lacks ValidateStateMachineDefinition.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html
"""
# moto's names are replaced or reached on purpose
# mypy: disable-error-code="method-assign, attr-defined, assignment"

import json
from collections.abc import Iterator
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.stepfunctions.parser.asl.parse.asl_parser import ASLParserException
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.responses import StepFunctionResponse

from local.seams.programs import program

MOST_BYTES = 1024 * 1024


def install() -> None:
    """Replace the check and add the operation."""

    def validate(definition: str) -> None:
        for code, message, place in problems(definition):
            text = f"Invalid State Machine Definition: '{code}: {message} at {place}'"
            raise JsonRESTError("InvalidDefinition", text)

    def validate_state_machine_definition(self: Any) -> ActionResult:
        found = list(problems(self._get_param("definition")))
        most = int(self._get_param("maxResults") or 100)
        diagnostics = [
            {"severity": "ERROR", "code": code, "message": message, "location": place}
            for code, message, place in found[:most]
        ]
        result = "FAIL" if found else "OK"
        return ActionResult({"result": result, "diagnostics": diagnostics, "truncated": len(found) > most})

    StepFunctionsParserBackend._validate_definition = staticmethod(validate)
    StepFunctionResponse.validate_state_machine_definition = validate_state_machine_definition


def problems(definition: str) -> Iterator[tuple[str, str, str]]:
    """Yield code, message and place (a JSON pointer) of what AWS would refuse."""
    try:
        document = json.loads(definition)
    except ValueError as error:
        yield "INVALID_JSON_DESCRIPTION", str(error), "/"
        return
    if len(definition.encode()) > MOST_BYTES:
        yield "SCHEMA_VALIDATION_FAILED", "Maximum state machine definition size is 1 MB", "/"
    try:
        program(definition)
    except ASLParserException as error:
        yield from (("SCHEMA_VALIDATION_FAILED", text, "/") for text in error.errors)
        return
    except Exception as error:
        yield "SCHEMA_VALIDATION_FAILED", str(error), "/"
        return
    yield from _transitions(document, "")


def _transitions(program: dict[str, Any], place: str) -> Iterator[tuple[str, str, str]]:
    states = program["States"]
    for where, target in _targets(program, place):
        if target not in states:
            yield "MISSING_TRANSITION_TARGET", f"Missing '{where.rpartition('/')[2]}' target: {target}", where
    for name, state in states.items():
        here = f"{place}/States/{name}"
        for field in ("ItemProcessor", "Iterator"):
            if field in state:
                yield from _transitions(state[field], f"{here}/{field}")
        for index, branch in enumerate(state.get("Branches", [])):
            yield from _transitions(branch, f"{here}/Branches[{index}]")


def _targets(program: dict[str, Any], place: str) -> Iterator[tuple[str, str]]:
    yield f"{place}/StartAt", program["StartAt"]
    for name, state in program["States"].items():
        here = f"{place}/States/{name}"
        yield from ((f"{here}/{field}", state[field]) for field in ("Next", "Default") if field in state)
        for field in ("Catch", "Choices"):
            for index, rule in enumerate(state.get(field, [])):
                yield f"{here}/{field}[{index}]/Next", rule.get("Next", "")
