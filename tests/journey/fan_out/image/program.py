"""A model container of the standard library alone: a straight line through the rows, by least squares.

train   fits the label, the first column, to the last one; rows without spread in that cannot be fitted
serve   answers a number a row
"""

import csv
import json
import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import StatisticsError, linear_regression

BASE = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))


def train() -> int:
    """Write slope and intercept to the model folder."""
    with (BASE / "input/data/train/train.csv").open(newline="") as file:
        rows = [(float(row[0]), float(row[-1])) for row in list(csv.reader(file))[1:]]
    try:
        line = linear_regression([feature for _, feature in rows], [label for label, _ in rows])
    except StatisticsError as error:
        return fail(f"no line through {len(rows)} rows: {error}")
    (BASE / "model/line.json").write_text(json.dumps([line.slope, line.intercept]))
    return 0


def fail(reason: str) -> int:
    """Report the reason as SageMaker's contract says."""
    folder = BASE / "output"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "failure").write_text(reason)
    return 1


def serve() -> int:
    """Serve until SIGTERM."""
    slope, intercept = json.loads((BASE / "model/line.json").read_text())

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(200 if self.path == "/ping" else 404, "")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            rows = [float(line.split(",")[-1]) for line in body.splitlines()]
            self._answer(200, "".join(f"{intercept + slope * row!r}\n" for row in rows))

        def _answer(self, status: int, body: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/csv")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing of each request."""

    server = ThreadingHTTPServer(("0.0.0.0", int(os.environ.get("SAGEMAKER_BIND_TO_PORT", "8080"))), Handler)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit({"train": train, "serve": serve}[sys.argv[1]]())
