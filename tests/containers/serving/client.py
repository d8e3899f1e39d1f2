"""A client that sends exactly the bytes it is told to, and reads whole answers."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

SECONDS = 20


@dataclass(frozen=True)
class Received:
    """One answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def reason(self) -> str:
        return str(self.json()["error"])


class Client:
    """One connection."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
        self._file = self.socket.makefile("rb")

    def send(self, *parts: bytes) -> "Client":
        for part in parts:
            self.socket.sendall(part)
        return self

    def answer(self, *, head: bool = False) -> Received:
        """Read one answer; EOFError where the server has closed instead."""
        line = self._file.readline()
        if not line:
            raise EOFError
        version, status, _ = line.decode().split(" ", 2)
        assert version == "HTTP/1.1"
        headers = {}
        while (line := self._file.readline()) != b"\r\n":
            name, _, value = line.decode("latin-1").partition(":")
            assert name.lower() not in headers
            headers[name.lower()] = value.strip()
        length = 0 if head else int(headers.get("content-length", 0))
        body = self._file.read(length)
        assert len(body) == length
        return Received(int(status), headers, body)

    def closed(self) -> bool:
        """Wait for the end of the connection; False where something else comes. A reset is an error."""
        return self._file.read(1) == b""

    def close(self) -> None:
        self._file.close()
        self.socket.close()


@contextmanager
def connected(port: int) -> Iterator[Client]:
    client = Client(port)
    try:
        yield client
    finally:
        client.close()


def request(body: bytes = b"", *headers: str, method: str = "POST", target: str = "/invocations") -> bytes:
    """Return one request."""
    lines = [f"{method} {target} HTTP/1.1", "Host: x", *headers]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def chunked(*parts: bytes) -> bytes:
    """Return one request with a body in chunks."""
    head = b"POST /invocations HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def ask(port: int, body: bytes = b"", *headers: str, method: str = "POST", target: str = "/invocations") -> Received:
    """Ask once, over a connection of its own."""
    with connected(port) as client:
        client.send(request(body, *headers, method=method, target=target))
        return client.answer(head=method == "HEAD")
