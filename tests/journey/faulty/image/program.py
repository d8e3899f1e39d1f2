"""A model container that speaks SageMaker's contract and breaks where its hyperparameter `fault` says.

The model itself is honest: it answers the label that was most frequent in training.

    none      trains and serves
    train     fails in training, with a reason in output/failure
    serve     trains; the server never becomes healthy
    score     trains; answers every invocation with 500
    deployed  trains and scores (batch transform sets SAGEMAKER_BATCH); as an endpoint it answers 500
    unhealthy trains and scores; as an endpoint it never becomes healthy
"""

import json
import os
import signal
import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

BASE = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
FAULTS = ("none", "train", "serve", "score", "deployed", "unhealthy")


def train() -> int:
    """Write the most frequent label and the fault to the model folder."""
    hyperparameters = json.loads((BASE / "input/config/hyperparameters.json").read_text())
    fault = hyperparameters.get("fault", "none")
    if fault not in FAULTS:
        return fail(f"hyperparameter fault={fault!r}: expected one of {', '.join(FAULTS)}")
    if fault == "train":
        return fail("the data scientist asked for a failing training")
    rows = (BASE / "input/data/train/train.csv").read_text().splitlines()[1:]
    counts = Counter(row.split(",")[0] for row in rows)
    model = {"label": counts.most_common(1)[0][0], "classes": sorted(counts), "fault": fault}
    (BASE / "model/model.json").write_text(json.dumps(model))
    sys.stdout.write(f"validation:accuracy={counts.most_common(1)[0][1] / len(rows):.3f};\n")
    return 0


def fail(reason: str) -> int:
    """Report the reason as SageMaker's contract says."""
    folder = BASE / "output"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "failure").write_text(reason)
    sys.stderr.write(reason + "\n")
    return 1


def serve() -> int:
    """Serve until SIGTERM."""
    model = json.loads((BASE / "model/model.json").read_text())
    batch = os.environ.get("SAGEMAKER_BATCH") == "true"
    fault = model["fault"]
    healthy = not (fault == "serve" or (fault == "unhealthy" and not batch))
    broken = fault == "score" or (fault == "deployed" and not batch)
    answer = ",".join([model["label"], *("1.0" if c == model["label"] else "0.0" for c in model["classes"])])

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(200 if healthy and self.path == "/ping" else 404, b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            rows = body.decode().splitlines()
            if broken:
                self._answer(500, b"the model is broken on purpose")
            else:
                self._answer(200, "".join(answer + "\n" for _ in rows).encode())

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/csv")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("0.0.0.0", int(os.environ.get("SAGEMAKER_BIND_TO_PORT", "8080"))), Handler)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit({"train": train, "serve": serve}[sys.argv[1]]())
