"""Seam: fields of Distributed Map states that moto's grammar lacks are read from the definition by us.

moto's parser refuses ItemBatcher, JSON Lines, delimiters, WriterConfig, Express children and a whole number as
ToleratedFailurePercentage. The fields of every Distributed Map are taken out before it parses, and hung on the
state that it makes. It also takes strings as they are written, with their JSON escapes, and all
parsers share one stack of query languages, so that two at once, or one that failed, confuse the others.
https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
"""
# moto's names are replaced or reached on purpose
# mypy: disable-error-code="method-assign, no-untyped-call, no-untyped-def"

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from moto.stepfunctions.parser.asl.component.state.exec.state_map.state_map import StateMap
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel.state_parallel import StateParallel
from moto.stepfunctions.parser.asl.parse import asl_parser
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser, ASLParserException
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor

_READER_RESOURCES = ("s3:getObject", "s3:listObjectsV2")
_INPUT_TYPES = ("CSV", "JSON", "JSONL", "PARQUET", "MANIFEST")
_OURS = ("ItemReader", "ItemBatcher", "ResultWriter")
_ORIGINAL = AmazonStateLanguageParser.parse


@dataclass(frozen=True)
class Distributed:
    """What a definition says of one Distributed Map, as it stands there."""

    language: str
    reader: dict[str, Any] | None
    batcher: dict[str, Any] | None
    writer: dict[str, Any] | None
    express: bool


def install() -> None:
    """Wrap the parser."""
    asl_parser.AmazonStateLanguageParser.parse = staticmethod(parse)
    Preprocessor._inner_string_of = staticmethod(_string)
    Preprocessor.__init__ = _begin


def _begin(self: Any) -> None:
    self._query_language_per_scope = []


def _string(parser_rule_context: Any) -> Any:
    """Read a JSON string; what is none stays as it is written."""
    text = parser_rule_context.getText()
    try:
        return json.loads(text) if text == "null" or text.startswith('"') else text
    except ValueError:
        return text[1:-1]


def parse(definition: str) -> Any:
    """Parse as moto does; Distributed Map states get their fields as `distributed`."""
    try:
        document = json.loads(definition)
        maps = dict(_take_out(document, document.get("QueryLanguage", "JSONPath")))
    except (ValueError, AttributeError, TypeError):
        return _ORIGINAL(definition)  # not of the form that we look for: moto says what is wrong
    if not maps:
        return _ORIGINAL(definition)
    errors = [error for name, fields in maps.items() for error in _errors(name, fields)]
    if errors:
        raise ASLParserException(errors=errors)
    program: Any
    program, tree = _ORIGINAL(json.dumps(document, ensure_ascii=False))
    for state in _states(program.states):
        if state.name in maps:
            state.distributed = maps[state.name]
    return program, tree


def _take_out(program: dict[str, Any], language: str) -> Iterator[tuple[str, Distributed]]:
    for name, state in program.get("States", {}).items():
        processor = state.get("ItemProcessor") or state.get("Iterator") or {}
        config = processor.get("ProcessorConfig", {})
        if state.get("Type") == "Map" and config.get("Mode") == "DISTRIBUTED":
            express = config.get("ExecutionType") == "EXPRESS"
            config["ExecutionType"] = "STANDARD"
            if isinstance(state.get("ToleratedFailurePercentage"), int):
                state["ToleratedFailurePercentage"] = float(state["ToleratedFailurePercentage"])
            reader, batcher, writer = (state.pop(field, None) for field in _OURS)
            yield name, Distributed(state.get("QueryLanguage", language), reader, batcher, writer, express)
        yield from _take_out(processor, language)
        for branch in state.get("Branches", []):
            yield from _take_out(branch, language)


def _errors(name: str, fields: Distributed) -> Iterator[str]:
    reader = fields.reader or {}
    resource = str(reader.get("Resource", "")).rpartition(":::")[2]
    if fields.reader is not None and resource not in _READER_RESOURCES:
        yield f"State '{name}': ItemReader.Resource must be one of {', '.join(_READER_RESOURCES)}"
    kind = reader.get("ReaderConfig", {}).get("InputType")
    if kind is not None and kind not in _INPUT_TYPES:
        yield f"State '{name}': InputType must be one of {', '.join(_INPUT_TYPES)}, not '{kind}'"
    if fields.batcher is not None and not any(key.startswith("Max") for key in fields.batcher):
        yield f"State '{name}': ItemBatcher needs MaxItemsPerBatch or MaxInputBytesPerBatch"
    if fields.writer is not None and not ({"Resource", "WriterConfig"} & fields.writer.keys()):
        yield f"State '{name}': ResultWriter needs Resource or WriterConfig"


def _states(states: Any) -> Iterator[Any]:
    for state in states.states.values():
        yield state
        if isinstance(state, StateMap):
            yield from _states(state.iteration_component._states)
        if isinstance(state, StateParallel):
            for program in state.branches.programs:
                yield from _states(program.states)


_BRANCH = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}


def template(language: str, value: Any) -> Any:
    """Return what moto makes of a template, as the arguments of a state have it."""
    field = "Arguments" if language == "JSONata" else "Parameters"
    state = {"Type": "Parallel", "Branches": [_BRANCH], field: value, "End": True}
    definition = {"QueryLanguage": language, "StartAt": "T", "States": {"T": state}}
    program: Any = _ORIGINAL(json.dumps(definition, ensure_ascii=False))[0]
    return program.states.states["T"].parargs


def fill_in(env: Any, language: str, value: dict[str, Any]) -> Any:
    """Evaluate a template in an environment; its paths look at the value on top of the stack."""
    template(language, value).eval(env)
    return env.stack.pop()
