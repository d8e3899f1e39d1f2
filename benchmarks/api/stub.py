"""The services that a prediction touches, answering at once on loopback, in a process of their own."""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

POINTER = {
    "endpoint": "dev-iris",
    "config": "dev-iris-1",
    "features": "iris/live/dev-iris-1/features.json",
    "models": {"forest": "dev-iris-forest-9a"},
}
NAMES = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
FEATURES = {
    "version": 1,
    "workload": "iris",
    "task": "classification",
    "layout": "raw",
    "target": {"name": "species", "type": "category", "categories": ["setosa", "versicolor", "virginica"]},
    "features": [{"name": name, "type": "number", "min": 0, "max": 9} for name in NAMES],
    "columns": NAMES,
    "decoders": {"forest": {"format": "csv", "output": "label-probabilities"}},
    "example": dict.fromkeys(NAMES, 1.5),
    "example_line": "1.5,1.5,1.5,1.5",
    "schema_hash": "0" * 64,
}


class Handler(BaseHTTPRequestHandler):
    """Parameter Store, S3 and SageMaker's runtime, told apart by path and target."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """S3."""
        self._answer(json.dumps(FEATURES).encode(), "application/json")

    def do_POST(self) -> None:
        """One prediction per line sent, or the pointer."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith("/endpoints/"):
            self._answer(b"setosa,0.9,0.1,0.0\n" * body.count(b"\n"), "text/csv")
        else:
            document = {"Parameter": {"Name": "x", "Type": "String", "Value": json.dumps(POINTER), "Version": 1}}
            self._answer(json.dumps(document).encode(), "application/x-amz-json-1.1")

    def _answer(self, body: bytes, media_type: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("x-Amzn-Invoked-Production-Variant", "forest")
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Quiet."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
