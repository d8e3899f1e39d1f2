"""A value kept for a short time."""

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
Clock = Callable[[], float]


class Cache(Generic[T]):
    """By key, for `seconds`; what fails to load is not kept."""

    def __init__(self, load: Callable[[str], T], seconds: float, clock: Clock) -> None:
        self._load, self._seconds, self._clock = load, seconds, clock
        self._kept: dict[str, tuple[float, T]] = {}

    def get(self, key: str) -> T:
        """Return the kept value, or load it."""
        kept = self._kept.get(key)
        if kept is not None and self._clock() - kept[0] < self._seconds:
            return kept[1]
        value = self._load(key)
        self._kept[key] = (self._clock(), value)
        return value

    def forget(self, key: str) -> None:
        """Load afresh next time."""
        self._kept.pop(key, None)
