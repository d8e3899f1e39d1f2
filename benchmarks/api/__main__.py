"""The public API's function beside a plain boto3 handler, and Powertools with pydantic.

    python -m benchmarks.api [--rounds 15] [--write]

Each contender answers the same event in a fresh process, each round once, in turn (cold start and memory), with warm
calls after. AWS is a stub on loopback that answers at once, so only the handler's own cost is seen; TLS is not.
Peers are installed into an environment of their own under .trainyard/cache/benchmarks.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import document, host
from benchmarks.api import report
from benchmarks.api.report import CONTENDERS
from benchmarks.serving.versions import pinned

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
ENVIRONMENT = ROOT / ".trainyard/cache/benchmarks/api"
ROUNDS, CALLS = 15, 1_000
Figures = dict[str, list[float]]


def main() -> None:
    """Measure in turn; tell medians, and what they say about the goals."""
    options = _options()
    python, machine = _peers(), host.line()
    figures: dict[str, Figures] = {name: {} for name in CONTENDERS}
    with _stub() as url:
        for _ in range(options.rounds):
            for name in CONTENDERS:
                for key, value in _probe(python, name, url).items():
                    figures[name].setdefault(key, []).append(value)
    medians = {name: {key: statistics.median(values) for key, values in own.items()} for name, own in figures.items()}
    rounds = f"{options.rounds} rounds of {CALLS} warm calls, medians; {machine}; {_versions()}"
    text = f"{report.table(medians)}\n\n{report.verdict(medians)}\n\n{rounds}\n"
    sys.stdout.write(text)
    if options.write:
        document.illustrate("api", "cold and warm calls", report.picture(medians), text)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--write", action="store_true", help="put table and picture into docs/performance.md")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error(f"--rounds {options.rounds}: at least 1")
    return options


def _peers() -> str:
    """An environment with the peers' packages; bytecode is compiled, as on a warm Lambda image."""
    python = ENVIRONMENT / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
    subprocess.run(
        [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", HERE / "peers/requirements.txt"],
        check=True,
    )
    return str(python)


@contextmanager
def _stub() -> Iterator[str]:
    process = subprocess.Popen([sys.executable, HERE / "stub.py"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None  # noqa: S101  asked for above
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.wait()


def _probe(python: str, module: str, url: str) -> dict[str, float]:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT / 'lambdas'}:{HERE / 'peers'}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": url,
        "TRAINYARD_STAGE": "dev",
        "TRAINYARD_BUCKET": "bucket",
        "TRAINYARD_WORKLOADS": "iris",
        "POWERTOOLS_SERVICE_NAME": "predict",
    }
    command = [python, str(HERE / "probe.py"), module, str(CALLS)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode:
        raise SystemExit(f"{module} failed:\n{done.stderr}")
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _versions() -> str:
    return ", ".join(f"{name} {version}" for name, version in pinned(HERE / "peers").items())


if __name__ == "__main__":
    main()
