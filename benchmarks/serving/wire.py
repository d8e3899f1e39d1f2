"""How rows are asked for, and predictions read from the answer: each server has its own way."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Rows = Sequence[Sequence[str]]
# What is predicted, as text: a class, or a number.
Predictions = list[str]


@dataclass(frozen=True)
class Request:
    """A POST."""

    path: str
    media_type: str
    accept: str
    body: bytes

    def raw(self, host: str) -> bytes:
        """Return it as it goes over the wire."""
        head = f"POST {self.path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {self.media_type}\r\n"
        return f"{head}Accept: {self.accept}\r\nContent-Length: {len(self.body)}\r\n\r\n".encode() + self.body


@dataclass(frozen=True)
class Wire:
    """One server's way."""

    encode: Callable[[Rows], bytes]
    decode: Callable[[bytes], Predictions]
    path: str = "/invocations"
    media_type: str = "text/csv"

    def request(self, rows: Rows) -> Request:
        """Ask for these rows."""
        return Request(self.path, self.media_type, self.media_type, self.encode(rows))


def csv(rows: Rows) -> bytes:
    """Write lines without header."""
    return "".join(",".join(row) + "\n" for row in rows).encode()


def first_cells(body: bytes) -> Predictions:
    """Read the first cell of each line: what follows it are probabilities."""
    return [line.partition(",")[0] for line in body.decode().splitlines()]


def cells(body: bytes) -> Predictions:
    """Read all cells, whatever parts them."""
    return body.decode().replace(",", "\n").split()


def listed(rows: Rows) -> bytes:
    """Write a member `rows`, a list of lists."""
    return json.dumps({"rows": _numbers(rows)}).encode()


def items(body: bytes) -> Predictions:
    """Read a list."""
    return [str(value) for value in json.loads(body)]


def tensor(rows: Rows) -> bytes:
    """Write an inference request of the Open Inference Protocol."""
    numbers = [cell for row in _numbers(rows) for cell in row]
    shape = [len(rows), len(rows[0])]
    return json.dumps({"inputs": [{"name": "rows", "shape": shape, "datatype": "FP64", "data": numbers}]}).encode()


def outputs(body: bytes) -> Predictions:
    """Read the first output of the Open Inference Protocol."""
    return [str(value) for value in json.loads(body)["outputs"][0]["data"]]


def _numbers(rows: Rows) -> list[list[float]]:
    return [[float(cell) for cell in row] for row in rows]


CSV = Wire(csv, cells)
OURS = Wire(csv, first_cells)
LISTED = Wire(listed, items, "/predict", "application/json")
TENSOR = Wire(tensor, outputs, "/v2/models/forest/infer", "application/json")
