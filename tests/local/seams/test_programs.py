"""What an execution runs: a program of its own, parsed when its state machine was made."""

import inspect
import json
from types import SimpleNamespace

import pytest
from moto.stepfunctions.parser.asl.parse.asl_parser import ASLParserException
from moto.stepfunctions.parser.backend import execution_worker

from local.seams import programs
from local.seams.programs import program

pytestmark = pytest.mark.unit
DEFINITION = json.dumps({"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Succeed"}}})


def test_each_execution_has_a_program_of_its_own() -> None:
    first, second = program(DEFINITION), program(DEFINITION)
    assert first is not second
    assert first.states.states["A"] is not second.states.states["A"]
    assert list(first.states.states) == list(second.states.states) == ["A"]


def test_machines_of_an_earlier_server_are_parsed_before_they_run(monkeypatch: pytest.MonkeyPatch) -> None:
    definition = DEFINITION.replace('"A"', '"Kept"')
    backend = SimpleNamespace(state_machines=[SimpleNamespace(definition=definition)])
    known = SimpleNamespace(iter_backends=lambda: [("account", "region", backend)])
    monkeypatch.setattr(programs, "stepfunctions_parser_backends", known)
    programs.prepare()
    monkeypatch.setattr(programs, "parse", None)
    assert list(program(definition).states.states) == ["Kept"]


def test_what_is_wrong_is_said_every_time() -> None:
    for _ in range(2):
        with pytest.raises(ASLParserException):
            program("{")


def test_moto_asks_for_the_program_where_it_is_replaced() -> None:
    assert "program = self._get_evaluation_entrypoint()" in inspect.getsource(execution_worker)
