"""Is fitting many series with our image as fast as one fable process, times the cores?

    python -m benchmarks.forecasting [--series 60] [--model ets] [--rounds 3] [--cores N] [--write]
                                    [--data tourism.csv]

In turn: the `train` of containers/r-fable on all cores, and a script as fable's users write it, in one process. Both
read the same quarterly series and fit each twice: without the last year, to measure, and with it, to forecast. Data
is a table of Quarter, Region, Purpose and Trips (../shared/data/tourism.csv if it is there, else the sample of the
workload `trips`, its series repeated with noise where more are asked for). Needs R with fable (R_LIBS is read). Exits
1 if one process takes less than cores times ours.
"""

import argparse
import csv
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks import document, host
from benchmarks.bars import Bar

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared/data/tourism.csv"
SAMPLE = ROOT / "workloads/trips/trips.csv"
TRAIN = "input/data/train/train.csv"
HORIZON, HELD_OUT = 8, 4
Series = dict[tuple[str, str], list[tuple[str, float]]]


class Took(NamedTuple):
    """What a command took, in seconds; the processor's are those of all its processes."""

    wall: float
    processor: float


def main() -> int:
    """Place the data, fit in turn, tell."""
    options = _options()
    machine = host.line()
    folder = Path(tempfile.mkdtemp(prefix="benchmark-"))
    try:
        place(folder, chosen(read(options.data), options.series), options.model, options.cores)
        pairs = [(_ours(folder), _plain(folder, options.model)) for _ in range(options.rounds)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    ours, plain = zip(*pairs, strict=True)
    rounds = f"{options.rounds} round{'s' if options.rounds > 1 else ''}"
    text, met = report(options.series, options.model, options.cores, ours, plain)
    sys.stdout.write(text)
    if options.write:
        parts = picture(options.series, options.cores, ours, plain)
        document.illustrate("forecasting", "seconds of fitting", parts, f"{text}\n{rounds}; {machine}\n")
    return 0 if met else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=60)
    parser.add_argument("--model", choices=("ets", "arima"), default="ets")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--data", type=Path, default=REAL if REAL.is_file() else SAMPLE)
    parser.add_argument("--write", action="store_true", help="put table and picture into docs/performance.md")
    options = parser.parse_args()
    for name in ("series", "rounds", "cores"):
        if getattr(options, name) < 1:
            parser.error(f"--{name} {getattr(options, name)}: at least 1")
    return options


def read(path: Path) -> Series:
    """Return the series of a table by region and purpose."""
    found: Series = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault((row["Region"], row["Purpose"]), []).append((row["Quarter"], float(row["Trips"])))
    return found


def chosen(found: Series, count: int) -> Series:
    """Return `count` series spread over those there are; beyond these they repeat with noise of a tenth."""
    chance, keys = random.Random(28), list(found)  # noqa: S311  noise, not a secret
    if count <= len(keys):
        return {keys[number * len(keys) // count]: found[keys[number * len(keys) // count]] for number in range(count)}
    made = dict(found)
    for number in range(len(keys), count):
        region, purpose = keys[number % len(keys)]
        values = [(quarter, value * chance.uniform(0.9, 1.1)) for quarter, value in found[region, purpose]]
        made[f"{region} {number // len(keys)}", purpose] = values
    return made


def place(folder: Path, series: Series, model: str, cores: int) -> None:
    """Write channels and hyperparameters as a training job has them; `all.csv` has the rows of both channels."""
    settings = {"target": "Trips", "time": "Quarter", "key": "Region,Purpose", "frequency": "quarterly"}
    settings |= {"horizon": str(HORIZON), "model": model, "cores": str(cores)}
    config = folder / "input/config"
    config.mkdir(parents=True)
    (config / "hyperparameters.json").write_text(json.dumps(settings), encoding="utf-8")
    quarters = sorted({quarter for values in series.values() for quarter, _ in values})
    _write(folder / TRAIN, series, quarters[:-HELD_OUT])
    _write(folder / "input/data/validation/validation.csv", series, quarters[-HELD_OUT:])
    _write(folder / "all.csv", series, quarters)


def _write(path: Path, series: Series, quarters: Sequence[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    wanted = set(quarters)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("Trips", "Quarter", "Region", "Purpose"))
        for (region, purpose), values in series.items():
            writer.writerows((trips, quarter, region, purpose) for quarter, trips in values if quarter in wanted)


def _ours(folder: Path) -> Took:
    for made in ("model", "output"):
        shutil.rmtree(folder / made, ignore_errors=True)
        (folder / made).mkdir()
    containers = ROOT / "containers"
    return _took(
        ["bash", str(containers / "contract-r/run"), "train"],
        IMAGE_FOLDER=str(containers / "r-fable/R"),
        SAGEMAKER_BASE_DIR=str(folder),
    )


def _plain(folder: Path, model: str) -> Took:
    script = Path(__file__).parent / "plain.R"
    words = [str(folder / TRAIN), str(folder / "all.csv"), model, str(2 * HORIZON), str(HELD_OUT)]
    return _took(["Rscript", "--vanilla", str(script), *words], TZ="UTC")  # as ours: R asks the system for it otherwise


def _took(command: Sequence[str], **variables: str) -> Took:
    """Run a command to its end.

    Raises:
        SystemExit: it failed; the message is what it said.
    """
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, env=os.environ | variables, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command[0]} exited {done.returncode}: {(done.stderr + done.stdout)[-2000:]}")
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Took(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def report(count: int, model: str, cores: int, ours: Sequence[Took], plain: Sequence[Took]) -> tuple[str, bool]:
    """Return a table of medians with the ratio, and whether that is at least 1."""
    mine, theirs = _middle(ours), _middle(plain)
    ratio = theirs.wall / (cores * mine.wall)
    lines = [
        "| series | model | who | wall, s | processor, s |",
        "|---|---|---|---|---|",
        f"| {count} | {model} | our image, {cores} cores | {mine.wall:.1f} | {mine.processor:.1f} |",
        f"| {count} | {model} | one fable process | {theirs.wall:.1f} | {theirs.processor:.1f} |",
        "",
        f"one process by cores and ours: {ratio:.2f} of the wall time,"
        f" {theirs.processor / mine.processor:.2f} of the processor's",
        "",
        f"goal: at least 1.00: {'met' if ratio >= 1 else 'missed'}",
    ]
    return "\n".join(lines) + "\n", ratio >= 1


def picture(count: int, cores: int, ours: Sequence[Took], plain: Sequence[Took]) -> dict[str, list[Bar]]:
    """Return the medians as bars."""
    mine, theirs = _middle(ours), _middle(plain)
    return {
        f"{count} series, seconds": [
            Bar(f"our image, {cores} cores", mine.wall, ours=True),
            Bar(f"one fable process, by {cores}", theirs.wall / cores),
            Bar("one fable process", theirs.wall),
        ]
    }


def _middle(rounds: Sequence[Took]) -> Took:
    return Took(*map(statistics.median, zip(*rounds, strict=True)))


if __name__ == "__main__":
    sys.exit(main())
