"""Walks a definition without any AWS: enough of the States Language to try every path in milliseconds.

Tasks are answered by a function; it raises `TaskError` for what AWS would. No waiting is done. An execution that
failed can be redriven: it goes on in the state that failed, with its variables; of a Map only the items that failed.
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local.jsonata import QueryError, evaluate

Json = dict[str, Any]
Service = Callable[[str, str, Any], Any]
Path = tuple[Any, ...]
Place = tuple[str | None, Any, Json]
MOST_STEPS = 3_000


class TaskError(Exception):
    """A task's failure as States.ALL sees it."""

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(f"{error}: {cause}")
        self.error, self.cause = error, cause


@dataclass
class Execution:
    """One run: what it was given, what it visited, how it ended."""

    definition: Json
    service: Service
    input: Any = field(default_factory=dict)
    name: str = "run-1"
    visited: list[str] = field(default_factory=list)
    retried: list[str] = field(default_factory=list)
    sent: list[tuple[str, str, Any]] = field(default_factory=list)
    output: Any = None
    redrives: int = 0
    started: str = field(default_factory=lambda: datetime.now(tz=UTC).isoformat(timespec="milliseconds"))
    places: dict[Path, Place] = field(default_factory=dict)
    done: dict[Path, Any] = field(default_factory=dict)

    def run(self) -> Any:
        """The output; a failed execution raises TaskError."""
        return self._flow(self.definition, self.input, {}, {}, ())

    @property
    def transitions(self) -> int:
        """State transitions as AWS bills them: every state entered, every retry."""
        return len(self.visited) + len(self.retried)

    def redrive(self) -> Any:
        """Go on where it failed; as `run`."""
        self.redrives += 1
        return self.run()

    def _flow(self, flow: Json, value: Any, outer: Mapping[str, Any], context: Json, path: Path) -> Any:
        """One line of states; `path` tells it from others, so that a redrive finds where it was."""
        if path in self.done:
            return self.done[path]
        name: str | None = flow["StartAt"]
        name, value, variables = self.places.pop(path, (name, value, dict(outer)))
        while name:
            self.places[path] = (name, value, dict(variables))
            self.visited.append(name)
            assert len(self.visited) < MOST_STEPS, f"runs in circles: {self.visited[-10:]}"
            entered = name
            value, name = self._step(name, flow["States"][name], value, variables, context, (*path, name))
            self._forget((*path, entered))
        self.done[path] = value
        return value

    def _forget(self, path: Path) -> None:
        """What a state has left behind is left for good: entered again, it begins anew."""
        for kept in (self.places, self.done):
            for known in [known for known in kept if known[: len(path)] == path]:
                del kept[known]

    def _step(
        self, name: str, state: Json, value: Any, variables: Json, context: Json, path: Path
    ) -> tuple[Any, str | None]:
        retries = 0
        counts: dict[int, int] = {}
        while True:
            states: Json = {"input": value, "context": self._context(name, retries, context)}
            try:
                return self._enter(name, state, variables, states, path)
            except TaskError as error:
                number = self._retrier(state, error)
                if number is not None and counts.get(number, 0) < state["Retry"][number]["MaxAttempts"]:
                    counts[number] = counts.get(number, 0) + 1
                    retries += 1
                    self.retried.append(name)
                    self._forget(path)
                    continue
                catcher = next((c for c in state.get("Catch", ()) if matches(c["ErrorEquals"], error.error)), None)
                if catcher is None:
                    raise
                states["errorOutput"] = {"Error": error.error, "Cause": error.cause}
                output = self._leave(catcher, variables, states, states["errorOutput"])
                return output, catcher["Next"]

    def _enter(self, name: str, state: Json, variables: Json, states: Json, path: Path) -> tuple[Any, str | None]:
        match state["Type"]:
            case "Choice":
                rule = next((r for r in state["Choices"] if self._true(r["Condition"], variables, states)), None)
                return states["input"], rule["Next"] if rule else state["Default"]
            case "Fail":
                told = [str(self._value(state[key], variables, states)) for key in ("Error", "Cause")]
                raise TaskError(*told)
            case "Wait":
                assert 0 < self._value(state["Seconds"], variables, states) <= 60
                states["result"] = states["input"]
            case "Task":
                arguments = self._value(state["Arguments"], variables, states)
                assert self._value(state["TimeoutSeconds"], variables, states) > 0
                resource = state["Resource"].partition(":states:::")[2]
                self.sent.append((name, resource, copy.deepcopy(arguments)))
                states["result"] = copy.deepcopy(self.service(name, resource, arguments))
            case "Map":
                items = self._value(state["Items"], variables, states)
                assert isinstance(items, list), f"{name}: items are no list: {items}"
                states["result"] = [
                    self._flow(
                        state["ItemProcessor"],
                        item,
                        variables,
                        {"Map": {"Item": {"Index": index, "Value": item}}},
                        (*path, index),
                    )
                    for index, item in enumerate(items)
                ]
            case _:
                states["result"] = states["input"]
        return self._leave(state, variables, states, states["result"]), state.get("Next")

    def _leave(self, fields: Json, variables: Json, states: Json, otherwise: Any) -> Any:
        assigned = self._value(fields.get("Assign", {}), variables, states)
        output = self._value(fields["Output"], variables, states) if "Output" in fields else otherwise
        variables |= assigned
        return output

    def _true(self, condition: str, variables: Json, states: Json) -> bool:
        value = self._value(condition, variables, states)
        assert isinstance(value, bool), f"a condition is true or false: {condition}"
        return value

    def _value(self, template: Any, variables: Json, states: Json) -> Any:
        if isinstance(template, dict):
            return {key: self._value(item, variables, states) for key, item in template.items()}
        if isinstance(template, list):
            return [self._value(item, variables, states) for item in template]
        if isinstance(template, str) and template.startswith("{%"):
            try:
                return evaluate(template[2:-2], {**variables, "states": states})
            except QueryError as error:
                raise TaskError("States.QueryEvaluationError", str(error)) from error
        return template

    def _context(self, name: str, retries: int, context: Json) -> Json:
        execution = {
            "Id": f"arn:execution:{self.name}",
            "Name": self.name,
            "Input": self.input,
            "StartTime": self.started.replace("+00:00", "Z"),
            "RedriveCount": self.redrives,
        }
        return {
            "Execution": execution,
            "State": {"Name": name, "RetryCount": retries},
            "Task": {"Token": name},
            **context,
        }

    @staticmethod
    def _retrier(state: Json, error: TaskError) -> int | None:
        for number, retrier in enumerate(state.get("Retry", ())):
            if matches(retrier["ErrorEquals"], error.error):
                return number
        return None


def matches(names: list[str], error: str) -> bool:
    """A retrier or catcher with these names takes this error."""
    return error in names or "States.ALL" in names or ("States.TaskFailed" in names and error != "States.Timeout")
