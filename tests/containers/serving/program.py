"""A server around a trivial service, whose requests say what it does: `python program.py '{"inline_bytes": ...}'`."""

import asyncio
import json
import logging
import os
import sys
import threading
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

from serving import Answer, Refusal, Settings, run


class Told:
    """Does what the body says, else tells what it got."""

    def __init__(self, inline_bytes: int, parameters: str | None) -> None:
        self.inline_bytes = inline_bytes
        self._parameters = parameters
        self._thread = threading.get_ident()

    def invoke(self, body: bytes, content_type: str, accept: str) -> Answer | Awaitable[Answer]:
        word, _, rest = body.partition(b" ")
        match word:
            case b"sleep":
                time.sleep(float(rest))
            case b"spin":
                end = time.monotonic() + float(rest)
                while time.monotonic() < end:
                    pass
            case b"wait":
                return self._later(float(rest))
            case b"refuse":
                raise Refusal(422, rest.decode())
            case b"raise":
                raise KeyError(rest.decode())
            case b"exit":
                sys.exit(3)
            case b"end":
                os._exit(4)
            case b"nothing":
                return Answer(b"", "", 204)
            case b"odd":
                return Answer(rest.decode(), "text/plain")  # type: ignore[arg-type]
            case b"none":
                return None  # type: ignore[return-value]
            case b"type":
                return Answer(b"x", rest.decode())
            case b"bytes":
                return Answer(b"x" * int(rest), "text/plain")
            case b"touch":
                Path(rest.decode().strip()).touch()
        return self._told(body, content_type, accept)

    async def _later(self, seconds: float) -> Answer:
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            logging.info("%d cancelled", seconds)
            raise
        if not seconds:
            raise KeyError("later")
        return Answer(b"later", "text/plain")

    def _told(self, body: bytes, content_type: str, accept: str) -> Answer:
        told = {
            "length": len(body),
            "start": body[:40].decode("latin-1"),
            "content_type": content_type,
            "accept": accept,
            "process": os.getpid(),
            "loaded_here": threading.get_ident() == self._thread,
        }
        return Answer(json.dumps(told).encode())

    def refused(self, status: int, reason: str) -> Answer:
        if reason == "formless":
            raise ValueError(reason)
        return Answer(json.dumps({"error": reason}).encode(), status=status)

    def execution_parameters(self) -> bytes | None:
        return self._parameters.encode() if self._parameters is not None else None


class Hooked(Told):
    """Says when it started and stopped."""

    async def started(self) -> None:
        await asyncio.sleep(0)
        logging.info("hook: started")

    async def stopped(self) -> None:
        await asyncio.sleep(0)
        logging.info("hook: stopped")


def main(given: dict[str, Any]) -> int:
    logging.basicConfig(stream=sys.stdout, format="%(message)s", level=logging.INFO)
    inline_bytes, parameters = given.pop("inline_bytes", 1024), given.pop("parameters", '{"a": 1}')
    kind = Hooked if given.pop("hooks", False) else Told
    share, load = given.pop("share", True), given.pop("load", "")

    def loaded() -> Told:
        logging.info("loading")
        match load:
            case "hang":
                time.sleep(60)
            case "value":
                raise ValueError("the model is broken")
            case "key":
                raise KeyError("the model is broken")
            case "exit":
                sys.exit("the model is broken")
        return kind(inline_bytes, parameters)

    return run(loaded, Settings(**given), share=share)


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
