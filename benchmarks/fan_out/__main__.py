"""What fanning out gains: the same data sets with 1, 2, 4 and 8 at once, against the work divided by the cores.

    python -m benchmarks.fan_out [--sets 24] [--rounds 3] [--write]    # a server of its own; no container engine needed

The whole deployed path: the stacks of this checkout with one workload more, whose image fits a straight line (as in
tests/journey/fan_out), on the process runtime. The ideal is the time of its jobs when one runs at a time, divided by
the cores; above it is what Step Functions, S3 and the start of processes add. Rounds alternate, so that a machine
which slows down slows all; printed are medians.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks import document, host
from benchmarks.bars import Bar
from benchmarks.fan_out.bench import Bench
from local import control

AT_ONCE = (1, 2, 4, 8)


def measure(bench: Bench, rounds: int) -> tuple[dict[int, float], float]:
    """Return the median seconds by how many at once, and the ideal."""
    before = bench.seconds_of_jobs()
    bench.fan_out(1)  # does not count: environments are made
    ideal = (bench.seconds_of_jobs() - before) / (os.cpu_count() or 1)
    times: dict[int, list[float]] = {at_once: [] for at_once in AT_ONCE}
    for _ in range(rounds):
        for at_once, seconds in times.items():
            seconds.append(bench.fan_out(at_once))
    return {at_once: statistics.median(seconds) for at_once, seconds in times.items()}, ideal


def main() -> None:
    """Deploy, measure, print the table, clear up."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=int, default=24, help="data sets")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="put table and picture into docs/performance.md")
    options = parser.parse_args()
    for name in ("sets", "rounds"):
        if getattr(options, name) < 1:
            parser.error(f"--{name} {getattr(options, name)}: at least 1")
    machine, folder = host.line(), Path(tempfile.mkdtemp(prefix="benchmark-"))
    bench = Bench(folder, options.sets)
    try:
        bench.deploy()
        times, ideal = measure(bench, options.rounds)
    finally:
        control.down(bench.settings)
        shutil.rmtree(folder, ignore_errors=True)
    text = f"{table(options.sets, times, ideal)}\n\n{options.rounds} rounds, medians; {machine}\n"
    sys.stdout.write(text)
    if options.write:
        document.illustrate("fan-out", "seconds of a fan-out", picture(options.sets, times, ideal), text)


def table(sets: int, times: Mapping[int, float], ideal: float) -> str:
    """Return Markdown."""
    lines = [f"{sets} data sets; the ideal is {ideal:.1f} s.", ""]
    lines += ["| at once | seconds | of 1 at once | of the ideal |", "|---|---|---|---|"]
    lines += [f"| {n} | {s:.1f} | {s / times[1]:.2f} | {s / ideal:.2f} |" for n, s in times.items()]
    return "\n".join(lines)


def picture(sets: int, times: Mapping[int, float], ideal: float) -> dict[str, list[Bar]]:
    """Return the same as bars."""
    measured = [Bar(f"{at_once} at once", seconds, ours=True) for at_once, seconds in times.items()]
    return {f"{sets} data sets, seconds": [*measured, Bar("jobs alone, divided by the cores", ideal)]}


if __name__ == "__main__":
    main()
