"""What does a run of a workflow take beside its jobs?

    python -m benchmarks.orchestration [WORKLOAD] [--rounds 3] [--json] [--write] [--url URL] [--input JSON]

An embedded AWS of its own with this checkout's stacks on the process runtime (or the one at --url, which must have
the workload and its data). The first run makes what is made once and does not count. The critical path is the
longest chain of jobs, each from its creation to its end, and of the endpoint from its call to InService; the time of
the run less that is told by state. Exits 1 if the goal is missed.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import document, host
from benchmarks.orchestration import report
from benchmarks.orchestration.deployment import Deployment, deployed


def main() -> int:
    """Deploy, run, tell."""
    options = _options()
    machine = host.line()
    with _address(options) as url:
        deployment = Deployment(url, os.environ.get("TRAINYARD_STAGE") or "dev", options.workload)
        deployment.run(options.input)
        runs = [deployment.run(options.input) for _ in range(options.rounds)]
    found = report.document(options.workload, runs)
    text = report.text(options.workload, runs, machine)
    sys.stdout.write((json.dumps(found, indent=2) if options.json else text) + "\n")
    if options.write:
        document.illustrate("orchestration", "seconds of a run", report.picture(runs), text)
    return 0 if found["goal"]["met"] else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workload", nargs="?", default="boston")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="all figures of all rounds")
    parser.add_argument("--write", action="store_true", help="put tables and picture into docs/performance.md")
    parser.add_argument("--url", help="an embedded AWS that runs")
    parser.add_argument("--input", default="{}", help="the execution's input")
    parser.add_argument("--port", type=int, default=4696, help="of an embedded AWS of its own")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error(f"--rounds {options.rounds}: at least 1")
    return options


@contextmanager
def _address(options: argparse.Namespace) -> Iterator[str]:
    if options.url:
        yield options.url
        return
    folder = Path(tempfile.mkdtemp(prefix="benchmark-"))
    try:
        with deployed(folder, options.port, options.workload) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
