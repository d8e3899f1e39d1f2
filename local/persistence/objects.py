"""Seam: the bodies of S3's objects lie in the store of bodies, not in memory.

moto keeps each body in a temporary file of its own (in memory when it is small), which it would write into every
snapshot. Here its key holds a `Body` instead, which is read in the same way.
"""
# moto's names are replaced or reached on purpose
# mypy: disable-error-code="assignment, method-assign"

import threading
from typing import Any

from moto.s3.models import FakeKey

from local.persistence.bodies import Bodies, Body

_STORES: list[Bodies] = []


def install(bodies: Bodies) -> None:
    """Let keys write to `bodies`; how moto reads them stays as it is."""
    original = FakeKey.value
    assert isinstance(original, property)  # noqa: S101  a seam that patches nothing must not go unnoticed

    def write(self: Any, content: bytes | str) -> None:
        data = content.encode() if isinstance(content, str) else bytes(content)
        replaced, self._value_buffer = self._value_buffer, bodies.put(data)
        replaced.close()
        self.contentsize = len(data)

    _STORES.append(bodies)
    FakeKey.value = original.setter(write)
    FakeKey.__getstate__ = _state_of_key
    FakeKey.__setstate__ = _set_state_of_key


def reduce(body: Body) -> tuple[Any, ...]:
    """Return what pickle needs to find the body again.

    Raises:
        OSError: it is in memory only, and still cannot be written.
    """
    return restored, (body.stored(), body.size)


def restored(digest: str, size: int) -> Body:
    """Return the body of a content in the store that is in use."""
    return _STORES[-1].restored(digest, size)


def _state_of_key(self: Any) -> dict[str, Any]:
    return {name: value for name, value in self.__dict__.items() if name != "lock"}


def _set_state_of_key(self: Any, state: dict[str, Any]) -> None:
    self.__dict__.update(state)
    self.lock = threading.Lock()
