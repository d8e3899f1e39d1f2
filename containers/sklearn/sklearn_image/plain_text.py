"""From the text of a request to that of its answer without a step of Python for a number: forests, plain rows."""

from collections.abc import Callable

from compiled import LabellingForest

from sklearn_image.answers import Writer
from sklearn_image.engine import Engine
from sklearn_image.wire import CSV, MOST_ROWS

# Of more the text is written piece by piece: room is made for the longest that each line could become.
MOST_LINES = 10_000
# From a body of text/csv and the media type of the answer; None: it has to be read in another way.
AnswerText = Callable[[bytes, str], bytes | None]


def answering(engine: Engine, writer: Writer) -> AnswerText:
    """Return what answers."""
    forest = engine.forest
    if forest is None or not engine.schema.plain:
        return _nothing
    text = forest.text
    lines = LabellingForest(forest, writer.lines) if writer.lines else text
    single = not engine.schema.classes

    def answer(body: bytes, wanted: str) -> bytes | None:
        most = min(body.count(b"\n") + 1, MOST_ROWS)
        found = (lines if wanted == CSV and most <= MOST_LINES else text)(body, most)
        if found is None or isinstance(found, bytes):
            return found
        return writer.write(found.reshape(-1) if single else found, wanted)

    return answer


def _nothing(body: bytes, wanted: str) -> None:
    """Leave every body to be read."""
