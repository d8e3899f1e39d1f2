"""A picture of an evaluation, as the report shows it and a reader that cannot see it is told of it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Picture:
    """A file in the evaluation's folder, with its title and what it shows in words."""

    file: str
    title: str
    words: str
