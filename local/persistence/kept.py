"""The state between two lives of the server: found when it starts, saved while it runs and when it stops."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local.persistence import backends, executions, objects, pickling, snapshot
from local.persistence.bodies import Bodies
from local.persistence.content import Content, use
from local.persistence.errors import SnapshotUnusable, StateRefused
from local.persistence.gate import Gate
from local.persistence.snapshot import Header, Origin
from local.settings import Settings

LOG = logging.getLogger(__name__)

State = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of the embedded AWS that keeps its own state: plain values, and something that tells a change."""

    state: Callable[[], State]
    mark: Callable[[], Any]


@dataclass(eq=False)
class Kept:
    """The folder `data/` of a home."""

    settings: Settings
    gate: Gate
    bodies: Bodies
    notice: str = "new"
    runtime: str = ""
    parts: dict[str, Part] = field(default_factory=dict)
    found: State = field(default_factory=dict)
    interrupted: list[Any] = field(default_factory=list)
    _saved_mark: Any = None
    _content: Content = field(default_factory=Content)

    @classmethod
    def open(cls, settings: Settings) -> "Kept":
        """Read what an earlier server left and put moto's part of it in place.

        Raises:
            StateRefused: it belongs to another port, or cannot be set aside.
        """
        try:
            return cls._read(settings)
        except SnapshotUnusable as problem:
            aside = set_aside(settings.data)
            LOG.warning("starting empty: %s. What was there is now %s", problem, aside)
            kept = cls._empty(settings)
            kept.notice = f"new: {problem}. What was there is now {aside}"
            return kept

    @classmethod
    def _empty(cls, settings: Settings) -> "Kept":
        use(settings)
        snapshot.private_folder(settings.data)
        bodies = Bodies(settings.data / "objects")
        objects.install(bodies)
        return cls(settings, Gate(), bodies)

    @classmethod
    def _read(cls, settings: Settings) -> "Kept":
        snapshot.private_folder(settings.data)
        content = snapshot.read(settings.snapshot)
        if content is None:
            return cls._empty(settings)
        header, payload = content
        _check_port(settings, header)
        kept = cls._empty(settings)
        kept._restore(header, pickling.loads(payload))
        return kept

    def _restore(self, header: Header, state: State) -> None:
        self.runtime = header.runtime
        backends.put_back(state.pop("moto"))
        self.interrupted = executions.abort_interrupted(header.saved)
        self.found = state
        self.notice = f"found as of {datetime.fromtimestamp(header.saved, tz=UTC):%Y-%m-%d %H:%M:%S} UTC"
        LOG.info("state %s", self.notice)

    def part(self, name: str) -> State:
        """Return what was found of a part; nothing at a first start."""
        found: State = self.found.get(name, {})
        return found

    def add(self, name: str, state: Callable[[], State], mark: Callable[[], Any]) -> None:
        """Keep a part from now on."""
        self.parts[name] = Part(state=state, mark=mark)

    def check_runtime(self, runtime: str) -> None:
        """Remember which runtime the images are for.

        Raises:
            StateRefused: the state's images are for the other one.
        """
        if self.runtime and self.runtime != runtime:
            raise StateRefused(
                f"the images kept in {self.settings.data} are for the runtime {self.runtime}, not {runtime}: "
                f"set TRAINYARD_RUNTIME={self.runtime}"
                + (" and start the container engine" if self.runtime == "engine" else "")
                + ", or forget all with: trainyard-local clean"
            )
        self.runtime = runtime

    @property
    def changed(self) -> bool:
        """Whether there is something to save."""
        return bool(self._mark() != self._saved_mark)

    def save(self, patience: float, *, whatever: bool = False) -> float:
        """Save; return how long requests had to wait, in seconds, or 0 when there was no quiet moment.

        `whatever` saves also in the middle of requests: better than nothing at the end.

        Raises:
            OSError, SnapshotUnusable: it could not be saved; the snapshot before stays.
        """
        used: set[str] = set()
        with self.gate.alone(patience) as quiet:
            if not quiet and not whatever:
                return 0.0
            began, mark, fresh = time.monotonic(), self._mark(), self.bodies.begin()
            try:
                payload = self._content.write({name: part.state() for name, part in self.parts.items()}, used)
            except BaseException:
                self.bodies.again(fresh)
                raise
            seconds = time.monotonic() - began
        self._write(payload, fresh)
        self.bodies.clean(used)
        self._saved_mark = mark
        return seconds

    def _write(self, payload: bytes, fresh: set[str]) -> None:
        origin = Origin.here()
        header = Header(origin=origin, port=self.settings.port, runtime=self.runtime, saved=time.time())
        try:
            self.bodies.sync(fresh)
            snapshot.write(self.settings.snapshot, header, payload)
        except OSError:
            self.bodies.again(fresh)
            raise

    def _mark(self) -> Any:
        return self.gate.changes, executions.progress(), [part.mark() for part in self.parts.values()]


def set_aside(folder: Path) -> Path:
    """Rename a state that is not used, so that it is neither lost nor in the way.

    Raises:
        StateRefused: it cannot be renamed.
    """
    stamp = datetime.now(tz=UTC).strftime("%Y%m%d-%H%M%S")
    for number in range(100):
        aside = folder.with_name(f"{folder.name}.aside-{stamp}" + (f"-{number}" if number else ""))
        if not aside.exists():
            break
    try:
        return folder.rename(aside)
    except OSError as error:
        raise StateRefused(f"{folder} cannot be used and not be set aside either ({error}): remove it") from error


def _check_port(settings: Settings, header: Header) -> None:
    if header.port != settings.port:
        raise StateRefused(
            f"the state in {settings.data} names addresses on port {header.port} (in outputs of stacks, say), so it "
            f"cannot be served on port {settings.port}: set TRAINYARD_PORT={header.port}, choose another "
            "TRAINYARD_HOME, or forget all with: trainyard-local clean"
        )
