"""Stands in for an R worker: reads frames from one open file and writes frames to another, which its arguments name."""

import os
import struct
import sys
import time

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


def main(requests: int, answers: int) -> None:
    os.write(answers, frame(0, b"", b""))
    while True:
        lengths = FRAME.unpack(read(requests, FRAME.size))
        body = read(requests, sum(lengths))[-lengths[2] :]
        answer = frame(200, b"text/plain", b"one piece and another" if body == b"pieces" else body)
        if body == b"refuse":
            answer = frame(415, b"application/json", b"no")
        if body == b"hang":
            time.sleep(60)
        pieces = 5 if body == b"pieces" else 1
        size = len(answer) // pieces + 1
        for start in range(0, len(answer), size):
            time.sleep(0.05 if body == b"pieces" else 0.2 if body == b"slow" else 0)
            os.write(answers, answer[start : start + size])


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
