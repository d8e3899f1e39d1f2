"""What the SageMaker side asks of a runtime: start this image on this folder, tell me when and how it ended.

A `Launch` is a frozen plan; a `Handle` is the running thing. Whoever starts a handle must stop it;
`Runtime.close` stops what is left.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

LogLine = Callable[[str], None]

STOP_GRACE_SECONDS = 10.0


class RuntimeProblem(Exception):
    """An image cannot be found, prepared or started; the message is fit for a FailureReason."""


class ImageNotFoundError(RuntimeProblem):
    """Nobody published the image and the engine does not hold it."""


@dataclass(frozen=True, kw_only=True)
class Launch:
    """One `docker run`: image, what follows it, and the folder that is `/opt/ml` inside.

    `network` is what `Runtime.open_network` returned: launches on one network find each other by `host_name`.
    """

    name: str
    image: str
    base_dir: Path
    arguments: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    host_name: str = "algo-1"
    network: str = ""
    serves: bool = False


class Handle(ABC):
    """A started image."""

    @property
    @abstractmethod
    def url(self) -> str:
        """Where it listens (only for a launch that `serves`)."""

    @abstractmethod
    def wait(self, timeout: float | None = None) -> int | None:
        """Return the exit code once it ended and was read to the end; None after `timeout` seconds."""

    @abstractmethod
    def stop(self, grace: float = STOP_GRACE_SECONDS) -> None:
        """SIGTERM, after `grace` seconds SIGKILL; returns when nothing of it runs any more."""


def stop_all(handles: Iterable[Handle], grace: float) -> None:
    """Stop them side by side, so that many take no longer than the slowest."""
    threads = [threading.Thread(target=handle.stop, args=(grace,)) for handle in handles]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class Runtime(ABC):
    """Something that runs images."""

    name: str

    @abstractmethod
    def start(self, launch: Launch, log: LogLine) -> Handle:
        """Start an image; `log` gets each line that it writes.

        Raises:
            ImageNotFoundError: the image is not here.
            RuntimeProblem: it is, but cannot be started.
        """

    @abstractmethod
    def close(self) -> None:
        """Stop everything that this runtime started and that still runs."""

    def open_network(self, name: str, *, isolated: bool = False) -> str:
        """Return a network for the instances of one job; who opens one closes it. Empty where there are none.

        Raises:
            RuntimeProblem: it cannot be made.
        """
        return ""

    def close_network(self, network: str) -> None:  # noqa: B027  others need nothing
        """Remove a network whose launches have ended."""

    def release(self, base_dir: Path, image: str) -> None:  # noqa: B027  others need nothing
        """Make files that the image wrote below `base_dir` removable by this user."""
