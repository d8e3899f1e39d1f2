"""Everything wrong with the data is told at once: the first places of each kind, then a count."""

import logging

from contract.errors import UserError

log = logging.getLogger(__name__)

PLACES = 3


class Problems:
    """Collects problems by kind while the checks run."""

    def __init__(self) -> None:
        self._places: dict[str, list[str]] = {}
        self._counts: dict[str, int] = {}

    def add(self, kind: str, place: str = "") -> None:
        """Note one problem; only the first places of a kind are kept."""
        self._counts[kind] = self._counts.get(kind, 0) + 1
        places = self._places.setdefault(kind, [])
        if place and len(places) < PLACES:
            places.append(place)

    def __bool__(self) -> bool:
        return bool(self._counts)

    def lines(self) -> list[str]:
        """Return one line per kind."""
        return [self._line(kind, count) for kind, count in self._counts.items()]

    def _line(self, kind: str, count: int) -> str:
        places = self._places[kind]
        more = [f"and {count - len(places)} more"] if places and count > len(places) else []
        return f"{kind}: {'; '.join([*places, *more])}" if places else kind

    def stop(self) -> None:
        """End the job if there is any problem: all of them in the log, as many as fit in the message."""
        if not self:
            return
        for line in self.lines():
            log.error("%s", line)
        raise UserError(f"{len(self._counts)} problem(s) in the data. " + "\n".join(self.lines()))
