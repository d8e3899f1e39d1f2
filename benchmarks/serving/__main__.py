"""Our model servers beside those that a user would take instead; one command measures and writes the report.

    python -m benchmarks.serving [--case sklearn] [--seconds 1] [--rounds 4] [--sklearn-container CHECKOUT]

Trains the models with our own images, installs the peers into environments of their own, checks that every server
predicts what the library itself predicts, then measures one server at a time, in turn: one worker on CPU 0, wrk on
the last CPU, keep-alive. A run of all cases writes benchmarks/serving/results.json and its section and picture of
docs/performance.md; a run of some only prints. Ends with 1 if a case or a server of ours could not be measured.
Needs wrk; R, nginx, Java and a C compiler for the peers that use them.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks import document, host
from benchmarks.serving import machine, plot, report
from benchmarks.serving.cases import CASES, Bench
from benchmarks.serving.contenders import OURS
from benchmarks.serving.images import ROOT, Images
from benchmarks.serving.measure import measure
from benchmarks.serving.peers import MissingError, Peers
from benchmarks.serving.processes import ServerError
from benchmarks.serving.results import CaseResults, Results
from local.runtime.interface import RuntimeProblem

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
PICTURE = document.PAGE.with_name("serving.svg")
ENVIRONMENTS = ROOT / ".trainyard/cache/benchmarks/serving"


def main() -> int:
    """Measure or read, print, write; 1 if a server of ours failed."""
    options = _options()
    if options.read:
        results = Results.model_validate_json(options.read.read_text(encoding="utf-8"))
    else:
        machine.require()
        results = _measured(options)
    complete = set(results.cases) == set(CASES)
    _say(report.whole(results))
    if options.json or (complete and not options.read):
        (options.json or RESULTS).write_text(results.model_dump_json(indent=1) + "\n", encoding="utf-8")
    if complete:
        plot.draw(results, PICTURE)
        document.write("serving", f"![requests per second]({PICTURE.name})\n\n{report.whole(results)}")
    failed = any(_failed(case) for case in results.cases.values())
    left_out = not options.read and set(options.case or CASES) - set(results.cases)
    return 1 if failed or left_out else 0


def _measured(options: argparse.Namespace) -> Results:
    folder = Path(tempfile.mkdtemp(prefix="benchmark-"))
    images = Images(folder / "home")
    bench = Bench(folder, images, Peers(options.environments, options.sklearn_container, options.port))
    described, cases = host.described(), dict[str, CaseResults]()
    try:
        for name in options.case or CASES:
            _say(f"{name}: trains, installs peers")
            try:
                case = CASES[name](bench)
            except (MissingError, ServerError, RuntimeProblem) as error:
                _say(f"{name} is left out: {error}")
                continue
            cases[name] = measure(case, options.rounds, options.seconds, folder, _say)
    finally:
        images.close()
        shutil.rmtree(folder, ignore_errors=True)
    return Results(
        machine=described, remark=options.remark, seconds=options.seconds, rounds=options.rounds, cases=cases
    )


def _failed(case: CaseResults) -> bool:
    return any(server.problem for name, server in case.servers.items() if name.startswith(OURS))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.serving",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--case", action="append", choices=list(CASES), help="this one only; may be given again")
    parser.add_argument("--seconds", type=_positive, default=1, help="of each load (default 1)")
    parser.add_argument("--rounds", type=_positive, default=4, help="in which each server lives once (default 4)")
    parser.add_argument("--json", type=Path, metavar="FILE", help=f"where the figures go (all cases: {RESULTS.name})")
    parser.add_argument("--read", type=Path, metavar="FILE", help="measure nothing: report what an earlier run wrote")
    parser.add_argument("--remark", default="", help="a sentence on the run, for the report")
    parser.add_argument("--port", type=_positive, default=18350, help="the peers' first of 48 (default 18350)")
    parser.add_argument("--environments", type=Path, default=ENVIRONMENTS, help="where the peers are installed")
    parser.add_argument(
        "--sklearn-container",
        type=_checkout,
        metavar="CHECKOUT",
        help="of github.com/aws/sagemaker-scikit-learn-container, which is not on PyPI; not measured without",
    )
    return parser.parse_args()


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above 0")
    return int(text)


def _checkout(text: str) -> Path:
    folder = Path(text).absolute()
    if not (folder / "src/sagemaker_sklearn_container/serving.py").exists():
        raise argparse.ArgumentTypeError(f"{text} is no checkout of sagemaker-scikit-learn-container")
    return folder


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
