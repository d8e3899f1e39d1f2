"""Pictures of state machines as Mermaid text, made from their definitions; `docs/workflow.md` shows them.

A large machine is drawn as its groups and how they lead into each other, then group by group. A dotted line is
where a failure leads; where all calls of a picture lead to the same place, one line from its frame says so.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

State = dict[str, Any]
States = Mapping[str, State]
Groups = Mapping[str, str]
"""Titles of groups, each with its first state; a group ends where the next one begins."""

_SHAPES = {"Choice": ('{"', '"}'), "Wait": ('(["', '"])'), "Fail": ('[["', '"]]'), "Succeed": ('(("', '"))')}
_BOX = ('["', '"]')


def picture(definition: State) -> str:
    """The whole machine."""
    drawn = _Drawing(definition["States"], {}, "")
    return "\n".join(["flowchart TD", *drawn.flow(definition["States"], definition["StartAt"])])


def overview(definition: State, groups: Groups) -> str:
    """The groups, and how they lead into each other."""
    states, member = definition["States"], _membership(definition["States"], groups)
    edges: dict[tuple[str, str], str] = {}
    for name, state in states.items():
        for target, failing in _targets(state):
            pair = member[name], member[target]
            if pair[0] != pair[1] and edges.get(pair) != "-->":
                edges[pair] = "-.->" if failing else "-->"
    nodes = [f'  {_id(title)}["{title}"]' for title in groups]
    return "\n".join(["flowchart TD", *nodes, *(f"  {_id(a)} {arrow} {_id(b)}" for (a, b), arrow in edges.items())])


def group_picture(definition: State, groups: Groups, title: str) -> str:
    """One group; what is outside of it is named with its group."""
    member = _membership(definition["States"], groups)
    inside = {name: state for name, state in definition["States"].items() if member[name] == title}
    return "\n".join(["flowchart TD", *_Drawing(inside, member, title).flow(inside, next(iter(inside)))])


def redrivable(definition: State) -> list[str]:
    """States whose failure nothing catches: the run ends there, and a redrive goes on there."""
    return list(_uncaught(definition["States"]))


def _uncaught(states: States) -> Iterator[str]:
    for name, state in states.items():
        if _catches_all(state):
            continue
        if state["Type"] == "Task":
            yield name
        for inner in _inner(state):
            yield from _uncaught(inner["States"])


def _catches_all(state: State) -> bool:
    return any("States.ALL" in catcher["ErrorEquals"] for catcher in state.get("Catch", ()))


def _membership(states: States, groups: Groups) -> dict[str, str]:
    firsts = {first: title for title, first in groups.items()}
    if missing := [first for first in firsts if first not in states]:
        raise ValueError(f"no such states to begin groups: {', '.join(missing)}")
    found, current = {}, next(iter(groups))
    for name in states:
        current = firsts.get(name, current)
        found[name] = current
    return found


def _inner(state: State) -> list[State]:
    return [*([state["ItemProcessor"]] if "ItemProcessor" in state else []), *state.get("Branches", [])]


def _targets(state: State) -> Iterator[tuple[str, bool]]:
    for rule in state.get("Choices", ()):
        yield rule["Next"], False
    for key in ("Next", "Default"):
        if key in state:
            yield state[key], False
    for catcher in state.get("Catch", ()):
        yield catcher["Next"], True


@dataclass
class _Drawing:
    """Draws states; `member` tells the groups of those that are not in `known`."""

    known: States
    member: Mapping[str, str]
    title: str

    def flow(self, states: States, start: str) -> Iterator[str]:
        """Nodes and edges of one line of states, and of what is inside of them."""
        common = self._common(states)
        lines = [line for name, state in states.items() for line in self._node(name, state)]
        edges = list(dict.fromkeys(edge for name, state in states.items() for edge in self._edges(name, state, common)))
        if not common:
            yield from lines
        else:
            frame = _id(f"All of {start}")
            yield f'  subgraph {frame}["{self.title or "all calls"}"]'
            yield "  direction TB"
            yield from lines
            yield "  end"
            edges.append(f"  {frame} -. a failure .-> {_id(common)}")
        yield from self._elsewhere(states)
        yield from edges

    def _common(self, states: States) -> str:
        """Where more than half of the calls lead when they fail, if that is outside of what is drawn."""
        calls = [state for state in states.values() if state["Type"] in ("Task", "Map")]
        ends = [catcher["Next"] for state in calls for catcher in state.get("Catch", ())[-1:]]
        most = max(set(ends), key=ends.count, default="")
        return most if most not in states and ends.count(most) * 2 > len(calls) else ""

    def _node(self, name: str, state: State) -> Iterator[str]:
        inner = _inner(state)
        if not inner:
            before, after = _SHAPES.get(state["Type"], _BOX)
            yield f"  {_id(name)}{before}{name}{after}"
            return
        yield f'  subgraph {_id(name)}["{name}"]'
        yield "  direction TB"
        for one in inner:
            yield from (f"  {line}" for line in self.flow(one["States"], one["StartAt"]))
        yield "  end"

    def _edges(self, name: str, state: State, common: str) -> Iterator[str]:
        for target, failing in _targets(state):
            if failing and target == common:
                continue
            yield f"  {_id(name)} {'-.->' if failing else '-->'} {_id(target)}"

    def _elsewhere(self, states: States) -> Iterator[str]:
        named = (target for state in states.values() for target, _ in _targets(state) if target not in states)
        for target in dict.fromkeys(named):
            yield f'  {_id(target)}(["{target}, see {self.member[target]}"])'


def _id(name: str) -> str:
    """Names of states are unique in a machine, but for marks."""
    return re.sub(r"\W+", "_", name.replace("?", " Q").replace("'", ""))
