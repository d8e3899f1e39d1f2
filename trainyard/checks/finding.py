"""One line of `trainyard doctor`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from trainyard.context import Context
from trainyard.errors import from_aws


@dataclass(frozen=True)
class Finding:
    """`level` is ok, warn or fail; `fix` is a command or the place to go."""

    level: str
    about: str
    said: str
    fix: str | None = None


def attempt(
    check: Callable[[Context], Iterator[Finding]], context: Context, about: str, level: str = "warn"
) -> Iterator[Finding]:
    """A check that AWS would not answer is a finding too, not the end of the doctor."""
    try:
        yield from check(context)
    except (ClientError, BotoCoreError) as error:
        problem = from_aws(error)
        said = problem.message if problem else str(error)
        yield Finding(level, about, f"could not check: {said}", problem.fix if problem else None)
