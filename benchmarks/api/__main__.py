"""The public API's function beside a plain boto3 handler, and Powertools with pydantic.

    python -m benchmarks.api [ROUNDS]

Each contender answers the same event in a fresh process, ROUNDS times in turn (cold start and memory), with warm
calls after. AWS is a stub on loopback that answers at once, so only the handler's own cost is seen; TLS is not.
Peers are installed into an environment of their own under .trainyard/cache/benchmarks.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
ENVIRONMENT = ROOT / ".trainyard/cache/benchmarks/api"
ROUNDS, CALLS = 15, 1_000
OURS = "predict.handler"
CONTENDERS = {
    OURS: "trainyard's handler",
    "plain_boto3": "plain boto3 handler",
    "powertools_pydantic": "Powertools + pydantic",
    "raw_call": "raw signed HTTP call",
}
Figures = dict[str, list[float]]


def main(rounds: int) -> None:
    """Measure in turn, print a table of medians and what they say about the goals."""
    python = _peers()
    figures: dict[str, Figures] = {name: {} for name in CONTENDERS}
    with _stub() as url:
        for _ in range(rounds):
            for name in CONTENDERS:
                for key, value in _probe(python, name, url).items():
                    figures[name].setdefault(key, []).append(value)
    medians = {name: {key: statistics.median(values) for key, values in own.items()} for name, own in figures.items()}
    _say(_table(medians))
    ours, boto3, raw = medians[OURS], medians["plain_boto3"], medians["raw_call"]
    _say(
        f"\ncold start: {ours['cold'] / boto3['cold']:.2f} of the plain boto3 handler's (goal: at most 0.50)"
        f"\nwarm: {ours['p50'] - raw['p50']:+.2f} ms over a raw signed call (goal: at most 1 ms),"
        f" {ours['p50'] / boto3['p50']:.2f} of the plain boto3 handler's"
    )
    _say(
        f"\nPython {platform.python_version()}, {os.cpu_count()} cores, {rounds} rounds of {CALLS} warm calls; medians"
    )


def _table(medians: dict[str, dict[str, float]]) -> str:
    lines = ["| handler | import, ms | import and first call, ms | warm p50, ms | warm p99, ms | memory, MB |"]
    lines.append("|---|---|---|---|---|---|")
    for name, own in medians.items():
        cells = [f"{own[key]:.{digits}f}" for key, digits in _SHOWN]
        lines.append(f"| {CONTENDERS[name]} | {' | '.join(cells)} |")
    return "\n".join(lines)


_SHOWN = (("import", 0), ("cold", 0), ("p50", 2), ("p99", 2), ("memory", 0))


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


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
