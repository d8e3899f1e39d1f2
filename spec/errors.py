"""Errors of a specification, all at once: file, field, value, and what is allowed."""

from collections.abc import Iterable
from dataclasses import dataclass

_LONGEST_VALUE = 80


@dataclass(frozen=True)
class SpecError:
    """One thing to mend in one file."""

    file: str
    field: str
    value: object
    allowed: str
    line: int | None = None

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.field}: {_shown(self.value)}: {self.allowed}"


class SpecErrors(ValueError):
    """Every error of every file; `str()` is one line each."""

    def __init__(self, errors: Iterable[SpecError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(str(error) for error in self.errors))


class UnknownImageError(ValueError):
    """No image is known for this name, version or region."""


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    text = " ".join(repr(value).split())
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 3] + "..."
