"""Scenes in which every state that calls AWS is made to fail; what must hold then, each machine's own judge says.

A folder of tests adds the scenes of its machine by a module `scenes.py` with a function

    def scenes() -> Iterator[Scene]

A scene is walked once; at each call of AWS a copy of account and execution is kept, from which every failure starts.
"""

import copy
import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.stacks.workflow.cloud import Cloud
from tests.stacks.workflow.faults import Breaking, Cut, Fault
from tests.stacks.workflow.interpreter import Execution, TaskError

Json = dict[str, Any]
NAME = "run-1"


@dataclass
class Ended:
    """How an execution ended; `error` is empty when it succeeded or was cut."""

    execution: Execution
    status: str = "SUCCEEDED"
    error: str = ""
    cause: str = ""
    output: Any = None


@dataclass(frozen=True)
class Scene:
    """An account in which a machine starts and what it is given; `judge` looks at what a failure has left."""

    kind: str
    name: str
    definition: Json
    account: Callable[[], Any]
    judge: Callable[["Case"], None]
    given: Any = field(default_factory=dict)
    makes: Callable[..., Execution] = Execution
    shared: bool = True
    """The way to a state is walked once; not where executions have children."""

    def execution(self, service: Any, name: str = NAME) -> Execution:
        return self.makes(self.definition, service, self.given, name)

    def undisturbed(self) -> tuple[Ended, dict[str, "Fork"]]:
        """How it ends when nothing fails (more), and the places where something may."""
        recording = Recording(self.account())
        recording.execution = self.execution(recording)
        return ending(recording.execution), recording.forks


@dataclass
class Fork:
    """Just before a state called AWS for the first time."""

    cloud: Any
    places: Any
    done: Any


@dataclass
class Recording:
    """A service that keeps the way."""

    cloud: Any
    execution: Execution | None = None
    forks: dict[str, Fork] = field(default_factory=dict)

    def __call__(self, state: str, resource: str, arguments: Any) -> Any:
        if state not in self.forks:
            assert self.execution
            self.forks[state] = copy.deepcopy(Fork(self.cloud, self.execution.places, self.execution.done))
        return self.cloud(state, resource, arguments)


@dataclass
class Case:
    """One failure at one state of a scene, and how the execution ended."""

    scene: Scene
    state: str
    word: str
    fault: Fault
    before: Any
    cloud: Any
    ended: Ended
    base: Ended

    @property
    def uncaught(self) -> bool:
        """It ended where it failed, so that a redrive goes on from there."""
        return self.ended.status != "SUCCEEDED" and self.ended.execution.visited[-1] == self.state

    def redriven(self) -> tuple[Any, Ended]:
        """In a copy of the account, without the fault."""
        cloud = healed(copy.deepcopy(self.cloud), "RUNNING")
        old = self.ended.execution
        execution = self.scene.execution(cloud)
        execution.places, execution.done = copy.deepcopy((old.places, old.done))
        execution.redrives = 1
        return cloud, ending(execution)

    def anew(self, name: str = "run-2") -> Ended:
        """The same again in the same account, without the fault."""
        return ending(self.scene.execution(healed(self.cloud, self.ended.status), name))


def ending(execution: Execution) -> Ended:
    """Go, and tell how it ended."""
    try:
        return Ended(execution, output=execution.run())
    except Cut as cut:
        return Ended(execution, status=str(cut))
    except TaskError as error:
        return Ended(execution, "FAILED", error.error, error.cause)


def healed(cloud: Any, status: str) -> Any:
    """Nothing fails any more, what was under way is done, the execution is known to have ended."""
    if isinstance(cloud, Cloud):
        cloud.fault = _nothing
        cloud.statuses = []
        for endpoint in cloud.endpoints.values():
            if endpoint["EndpointStatus"] in ("Creating", "Updating"):
                endpoint["EndpointStatus"] = "InService"
        cloud.executions[f"arn:execution:{NAME}"] = status
    return cloud


def _nothing(state: str, arguments: Any) -> None:
    pass


def failed(scene: Scene, fork: Fork, base: Ended, *, state: str, word: str, fault: Fault, times: int) -> Case:
    """Let it fail there, so many times."""
    kept = copy.deepcopy(fork)
    breaking = Breaking(kept.cloud, state, fault, times)
    execution = scene.execution(breaking)
    if scene.shared:
        execution.places, execution.done = kept.places, kept.done
    else:
        breaking.cloud = kept.cloud = scene.account()
    return Case(scene, state, word, fault, scene.account(), kept.cloud, ending(execution), base)


def scenes() -> Iterator[Scene]:
    """Of every folder of tests."""
    for path in sorted(Path(__file__).parent.glob("*/scenes.py")):
        yield from importlib.import_module(f"tests.stacks.{path.parent.name}.scenes").scenes()
