"""The kernel of our images, answering each request with what the image answered: HTTP and nothing else.

    python constant.py ANSWERS.json     # request body to answer body; the port as in the images

Runs in the image's own environment, so that server, event loop and parser are the same.
"""

import json
import sys
from pathlib import Path

import serving


class Constant:
    """Looks the answer up."""

    inline_bytes = 1 << 30

    def __init__(self, answers: dict[bytes, serving.Answer]) -> None:
        self._answers = answers

    def invoke(self, body: bytes, content_type: str, accept: str) -> serving.Answer:
        """Return what the image answered."""
        return self._answers[body]

    def refused(self, status: int, reason: str) -> serving.Answer:
        """Say what is wrong."""
        return serving.Answer(reason.encode(), "text/plain", status)

    def execution_parameters(self) -> None:
        """Have none."""


def main(file: Path) -> int:
    """Serve with one worker."""
    said = json.loads(file.read_text(encoding="utf-8"))
    answers = {body.encode(): serving.Answer(answer.encode(), "text/csv") for body, answer in said.items()}
    settings = serving.Settings.from_environment(workers=1, max_body_mb=6)
    return serving.run(lambda: Constant(answers), settings)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
