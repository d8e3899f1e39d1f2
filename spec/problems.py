"""How a rule that pydantic cannot express says what is wrong: several findings at once, each placed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

REFUSED = "refused"

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """A finding, placed relative to the model or field whose validator reports it."""

    where: Place
    value: object
    allowed: str

    def details(self) -> InitErrorDetails:
        """The same as pydantic's line error, so that pydantic puts the outer path before it."""
        error = PydanticCustomError(REFUSED, "{allowed}", {"allowed": self.allowed})
        return InitErrorDetails(type=error, loc=self.where, input=self.value)


def refuse(problems: Iterable[Problem], also: ValidationError | None = None) -> None:
    """Raise all problems as one validation error, after those of `also`; do nothing when there are none."""
    lines = [*(_again(also) if also else ()), *(problem.details() for problem in problems)]
    if lines:
        raise ValidationError.from_exception_data("specification", lines)


def _again(error: ValidationError) -> Iterator[InitErrorDetails]:
    for line in error.errors(include_url=False):
        context = {**line.get("ctx", {}), "message": line["msg"]}
        kind = PydanticCustomError(line["type"], "{message}", context)
        yield InitErrorDetails(type=kind, loc=line["loc"], input=line["input"])
