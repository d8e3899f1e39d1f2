"""Stands in for an R worker: reads frames from one open file and writes frames to another, which its arguments name.

The argument before them is the type whose requests may be joined, or "". Then it answers a line for each line: how many
bodies came before, or which process it is. A header is none of these lines, and all are refused where one is "bad".
"""

import os
import struct
import sys
import time
from itertools import count

FRAME = struct.Struct("=iii")


def read(file: int, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = os.read(file, size - len(data))
        if not piece:
            raise SystemExit(0)
        data += piece
    return data


def frame(status: int, media_type: bytes, body: bytes) -> bytes:
    return FRAME.pack(status, len(media_type), len(body)) + media_type + body


def lines(body: bytes, before: int) -> bytes:
    if b"bad\n" in body or body == b"bad":
        return frame(400, b"application/json", b"bad among %d" % len(body.split()))
    marks = ((line, os.getpid() if line == b"pid" else before) for line in body.split() if line != b"header")
    told = b"".join(b"%b:%d\n" % mark for mark in marks)
    return frame(200, b"text/csv", told)


def main(joins: str, requests: int, answers: int) -> None:
    os.write(answers, frame(0, joins.encode(), b""))
    for before in count():
        lengths = FRAME.unpack(read(requests, FRAME.size))
        body = read(requests, sum(lengths))[-lengths[2] :]
        answer = frame(200, b"text/plain", b"one piece and another" if body == b"pieces" else body)
        if body == b"refuse":
            answer = frame(415, b"application/json", b"no")
        elif joins:
            answer = lines(body, before)
        if body == b"hang":
            time.sleep(60)
        pieces = 5 if body == b"pieces" else 1
        size = len(answer) // pieces + 1
        for start in range(0, len(answer), size):
            time.sleep(0.05 if body == b"pieces" else 0.2 if body.startswith(b"slow") else 0)
            os.write(answers, answer[start : start + size])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
