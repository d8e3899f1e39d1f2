"""Does the public API lose requests while its endpoints change?

    python -m benchmarks.load [--minutes 10] [--users 10] [--port 4697]

An embedded AWS of its own with this checkout's stacks, `boston` (two variants) and `iris-sklearn`; locust asks in
every way that the API has, two requests a second and user, while both endpoints are updated by second runs, weights
are shifted step by step, and a serving process is killed. Fails if a request was lost that no kill excuses.
locust is installed into an environment of its own under .trainyard/cache/benchmarks.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.load import events, report
from benchmarks.load.bench import CACHE, Bench
from benchmarks.load.report import Window

GENERATOR = Path(__file__).parent / "generator"
ENVIRONMENT = CACHE / "benchmarks/load"
# What the load's users ask for at most is far below; what is throttled is no loss, but no load either.
RATE, BURST = 200, 400
# Before the first event and after the last one.
_CALM = 20.0


def main(minutes: float, users: int, port: int) -> int:
    """Deploy, ask, let things happen, report; 1 if requests were lost."""
    locust = _locust()
    folder = Path(tempfile.mkdtemp(prefix="benchmark-"))
    bench = Bench(folder, port)
    try:
        bench.deploy()
        records = folder / "records.jsonl"
        with _load(locust, bench, records, minutes, users) as generator:
            windows = _events(bench, minutes)
            if generator.poll() is not None:
                raise SystemExit(f"locust ended early:\n{records.with_suffix('.log').read_text()[-3000:]}")
            generator.wait()
        return _told(records, windows)
    finally:
        bench.close()
        shutil.rmtree(folder, ignore_errors=True)


def _events(bench: Bench, minutes: float) -> list[Window]:
    bake = f"{max(10, round(minutes * 6))}s"
    end = time.time() + minutes * 60 - _CALM
    time.sleep(_CALM)
    windows = [events.update(bench, "iris-sklearn"), events.update(bench, "boston")]
    windows += [events.shift(bench, bake), events.kill(bench)]
    if time.time() > end:
        raise SystemExit(f"the events took longer than the {minutes:g} minutes of load: give --minutes more")
    return windows


def _told(file: Path, windows: list[Window]) -> int:
    records = report.read(file)
    lost = report.not_spared(records, windows)
    killed = sum(record.lost for record in records) - len(lost)
    verdict = f"lost by the kills: {killed}; lost otherwise: {len(lost)}"
    for text in (report.table(records, windows), report.errors(records, windows), verdict):
        sys.stdout.write(f"{text}\n\n")
    return 1 if lost else 0


@contextmanager
def _load(locust: Path, bench: Bench, records: Path, minutes: float, users: int) -> Iterator[subprocess.Popen[bytes]]:
    command: list[str | Path] = [
        locust,
        "-f",
        GENERATOR / "users.py",
        "--host",
        bench.url(),
        "--headless",
        "--only-summary",
    ]
    command += [
        "-u",
        str(users),
        "-r",
        "2",
        "-t",
        f"{round(minutes * 60)}s",
        "--stop-timeout",
        "60",
        "--loglevel",
        "ERROR",
    ]
    log = records.with_suffix(".log")
    environment = {"PATH": os.environ["PATH"], "LOAD_KEY": bench.key(RATE, BURST), "LOAD_RECORDS": str(records)}
    with log.open("w") as output:
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def _locust() -> Path:
    """Install locust where nothing else is."""
    if not (ENVIRONMENT / "bin/python").exists():
        subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
    pip: list[str | Path] = [ENVIRONMENT / "bin/python", "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, "-r", GENERATOR / "requirements.txt"], check=True)
    return ENVIRONMENT / "bin/locust"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--users", type=int, default=10)
    parser.add_argument("--port", type=int, default=4697)
    options = parser.parse_args()
    sys.exit(main(options.minutes, options.users, options.port))
