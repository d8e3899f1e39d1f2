"""The server that docs/serving.md shows answers as it says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import requests

from tests.containers.serving.servers import CONTAINERS, free_port, until

PAGE = CONTAINERS.parent / "docs/serving.md"


def test_example_of_the_docs_serves(tmp_path: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (tmp_path / "mean.py").write_text(example)
    port = free_port()
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(CONTAINERS / "serving")}
    environment |= {"SAGEMAKER_BIND_TO_PORT": str(port), "SAGEMAKER_MODEL_SERVER_WORKERS": "1"}
    process = subprocess.Popen([sys.executable, "mean.py"], cwd=tmp_path, env=environment)
    try:
        until(lambda: _healthy(port))
        url = f"http://127.0.0.1:{port}/invocations"
        answer = requests.post(url, data=b"1,3\n5\n", headers={"content-type": "text/csv"}, timeout=10)
        assert (answer.status_code, answer.text) == (200, "2.0\n5.0\n")
        refused = requests.post(url, data=b"one\n", timeout=10)
        assert (refused.status_code, list(refused.json())) == (400, ["error"])
    finally:
        process.terminate()
        assert process.wait(30) == 0


def _healthy(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/ping", timeout=5).ok
    except requests.ConnectionError:
        return False
