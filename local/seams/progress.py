"""How far an execution has come: plain values, enough to continue it from its unsuccessful states.

A line is a sequence of states: the execution itself, a branch of a Parallel state, an iteration of a Map state.
Each line has a `Progress`; those below a state hang on the progress of the line that the state is in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Progress:
    """One line: the state that it entered last, what it came with, and the lines below that state."""

    state: str = ""
    input: Any = None
    variables: dict[str, Any] = field(default_factory=dict)
    lines: dict[int, Progress] = field(default_factory=dict)
    outputs: dict[int, Any] = field(default_factory=dict)
    map_run: str | None = None
    resuming: bool = False
    keeps_lines: bool = False

    def enter(self, state: str, data: Any, variables: dict[str, Any]) -> bool:
        """Note that the line enters `state`; return whether it has been there before and now continues."""
        continues = self.resuming and self.state == state
        self.resuming, self.keeps_lines = False, continues
        if not continues:
            self.state, self.input, self.variables = state, data, variables
            self.forget_lines()
        return continues

    def start_lines(self) -> None:
        """Begin an attempt at the lines below: the first one after a redrive keeps what has succeeded."""
        if not self.keeps_lines:
            self.forget_lines()
        self.keeps_lines = False

    def forget_lines(self) -> None:
        """All lines below succeeded, or begin anew: a state that fails later runs them all again."""
        self.lines, self.outputs, self.map_run = {}, {}, None

    def line(self, index: int) -> Progress:
        """Return the progress of one line below."""
        return self.lines.setdefault(index, Progress())

    def to_resume(self) -> Progress:
        """Return a copy from which an execution continues; what still runs writes to the old one."""
        lines = {index: line.to_resume() for index, line in list(self.lines.items())}
        return Progress(
            self.state, self.input, dict(self.variables), lines, dict(self.outputs), self.map_run, resuming=True
        )
