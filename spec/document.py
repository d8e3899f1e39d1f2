"""YAML as its author meant it: no surprises of YAML 1.1, no duplicate keys, no aliases; lines for errors."""

import re
from typing import Any

import yaml

LARGEST = 256 * 1024
_DEEPEST = 20

Place = tuple[str | int, ...]


class DocumentError(ValueError):
    """The text is not a document that we read."""

    def __init__(self, where: str, value: object, allowed: str, line: int | None = None) -> None:
        super().__init__(allowed)
        self.where, self.value, self.allowed, self.line = where, value, allowed, line


class _Loader(yaml.SafeLoader):
    """Scalars as in YAML 1.2: `on` and `no` are words, 1:30 and dates are text, 1e-3 is a number."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise _mark_error(event, f"*{event.anchor}", "the value itself: aliases are not read")
        self.depth += 1
        if self.depth > _DEEPEST:
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise _mark_error(event, "deep nesting", f"at most {_DEEPEST} levels")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?(0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)\.[0-9]*)([eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("float", r"[-+]?(0|[1-9][0-9]*)[eE][-+]?[0-9]+", "-+0123456789"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))


def read(text: str) -> tuple[dict[str, Any], dict[Place, int]]:
    """The mapping that the text holds, and the line of every place in it."""
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        lines = _Lines()
        if node is None:
            raise DocumentError("file", None, "a workload; the file is empty")
        lines.visit(node, ())
        value = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if isinstance(error, DocumentError):
            raise
        raise DocumentError("file", None, f"YAML: {' '.join(str(error).split())}") from error
    if not isinstance(value, dict):
        raise DocumentError("file", value, "a mapping with name, task, data, candidates, gate and endpoint")
    return value, lines.found


class _Lines:
    """Walks the nodes: notes each place's line, refuses keys that come twice or are no text."""

    def __init__(self) -> None:
        self.found: dict[Place, int] = {}

    def visit(self, node: yaml.Node, place: Place) -> None:
        self.found[place] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                self._visit_member(key, value, place)
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                self.visit(item, (*place, index))

    def _visit_member(self, key: yaml.Node, value: yaml.Node, place: Place) -> None:
        dotted = ".".join(map(str, place)) or "file"
        if key.tag != "tag:yaml.org,2002:str":
            raise DocumentError(dotted, key.value, "a text as key: put it in quotes", key.start_mark.line + 1)
        inner = (*place, key.value)
        if inner in self.found:
            first = self.found[inner]
            where = ".".join(map(str, inner))
            raise DocumentError(where, key.value, f"one time only; first in line {first}", key.start_mark.line + 1)
        self.visit(value, inner)
        self.found[inner] = key.start_mark.line + 1


def _mark_error(event: yaml.Event, value: str, allowed: str) -> DocumentError:
    mark = event.start_mark
    return DocumentError("file", value, allowed, mark.line + 1 if mark else None)


def _syntax_error(error: yaml.MarkedYAMLError) -> DocumentError:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else None
    parts = " ".join(part for part in (error.context, error.problem) if part)
    column = f", column {mark.column + 1}" if mark else ""
    return DocumentError("file", None, f"YAML syntax{column}: {parts}", line)
