"""The part of JSONPath that batch transform has, as AWS's guide "Associate Prediction Results with Input" lists it.

`$`, `.name`, `['name','name']`, `[1,3,-1]`, `[2:5]`, `*`. A slice includes its end, as the guide's examples say
(`$[1:4]` is the second to the fifth column). Ranges cannot be mixed with indices or other ranges.
"""

import re
from dataclasses import dataclass
from typing import Any

_STEP = re.compile(r"\.?\[(?P<bracket>[^\]]*)\]|\.(?P<name>\*|[^.\[\]]+)")
_RANGE = re.compile(r"\s*(-?\d*)\s*:\s*(-?\d*)\s*")
_NUMBER = re.compile(r"\s*-?\d+\s*")
_QUOTED = re.compile(r"\s*'([^']*)'\s*")


class PathProblem(Exception):
    """A path is not understood, or leads nowhere; the message is for the data log."""


@dataclass(frozen=True)
class Step:
    """One step down: some names, some indices, a range, or (none of them) everything."""

    names: tuple[str, ...] = ()
    indices: tuple[int, ...] = ()
    bounds: tuple[int | None, int | None] | None = None


class JsonPath:
    """A compiled path."""

    def __init__(self, text: str) -> None:
        """Compile `text`.

        Raises:
            PathProblem: it is not of the supported form.
        """
        self.text = text
        self._steps = tuple(self._compile(text))

    def __bool__(self) -> bool:
        """Whether the path selects anything less than everything."""
        return bool(self._steps)

    def select(self, value: Any) -> Any:
        """Return what the path selects; several names give an object, several indices a list.

        Raises:
            PathProblem: a name or an index is not there.
        """
        return self._down(value, self._steps)

    def _compile(self, text: str) -> list[Step]:
        if not text.startswith("$"):
            raise self._problem("a path begins with $")
        steps, place = [], 1
        while place < len(text):
            match = _STEP.match(text, place)
            if not match:
                raise self._problem(f"unexpected {text[place:]}")
            steps.append(self._step(match))
            place = match.end()
        return steps

    def _step(self, match: re.Match[str]) -> Step:
        name, bracket = match["name"], match["bracket"]
        if name:
            return Step() if name == "*" else Step(names=(name,))
        if bracket.strip() == "*":
            return Step()
        parts = bracket.split(",")
        if ":" in bracket and "'" not in bracket:
            return self._range(bracket)
        if all(_NUMBER.fullmatch(part) for part in parts):
            return Step(indices=tuple(int(part) for part in parts))
        quoted = [_QUOTED.fullmatch(part) for part in parts]
        if all(quoted):
            return Step(names=tuple(match[1] for match in quoted if match))
        raise self._problem(f"unexpected [{bracket}]")

    def _range(self, bracket: str) -> Step:
        match = _RANGE.fullmatch(bracket)
        if not match:
            raise self._problem(
                f"only single range filters of format (eg: [1:5]) are supported. Format [{bracket}] is not supported"
            )
        start, end = (int(bound) if bound.strip("-") else None for bound in match.groups())
        return Step(bounds=(start, end))

    def _down(self, value: Any, steps: tuple[Step, ...]) -> Any:
        if not steps:
            return value
        step, rest = steps[0], steps[1:]
        if step.names:
            found = {name: self._down(self._member(value, name), rest) for name in step.names}
            return found if len(found) > 1 else found[step.names[0]]
        if step.indices:
            members = [self._down(self._item(value, index), rest) for index in step.indices]
            return members if len(members) > 1 else members[0]
        if step.bounds:
            return [self._down(item, rest) for item in self._slice(value, *step.bounds)]
        if not isinstance(value, (dict, list)):
            raise self._problem("there is nothing below a plain value")
        return [self._down(item, rest) for item in (value.values() if isinstance(value, dict) else value)]

    def _member(self, value: Any, name: str) -> Any:
        if not isinstance(value, dict) or name not in value:
            raise self._problem(f"no attribute {name} in the data")
        return value[name]

    def _item(self, value: Any, index: int) -> Any:
        if not isinstance(value, list) or not -len(value) <= index < len(value):
            raise self._problem(f"index {index} is out of the bounds of the data")
        return value[index]

    def _slice(self, value: Any, start: int | None, end: int | None) -> list[Any]:
        if not isinstance(value, list):
            raise self._problem("a range needs an array")
        if end is None or end == -1:
            return value[start:]
        return value[start : end + 1]

    def _problem(self, what: str) -> PathProblem:
        return PathProblem(f"Invalid JsonPath: {self.text}: {what}")
