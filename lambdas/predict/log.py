"""Logs as one JSON object per line: what happened and how long it took, never a body or a key."""

import json
import logging
from typing import TextIO

_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """A record with its extra members."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one line; a traceback is a member of it."""
        members = {name: value for name, value in vars(record).items() if name not in _STANDARD}
        line = {"level": record.levelname, "message": record.getMessage(), **members}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


def set_up(stream: TextIO) -> None:
    """Send this package's records to the stream; Lambda's own handler would print them as text."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("predict")
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.INFO)
