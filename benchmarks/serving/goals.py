"""The goals of issue 7, each judged by what one run measured."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.serving.contenders import CONSTANT, HUNDRED_TREES, OURS, TWO_WORKERS
from benchmarks.serving.load import Load
from benchmarks.serving.results import NotMeasuredError, Results

ONE, HUNDRED = Load(1, 8), Load(100, 8)
ALONE = Load(1, 1)
_CASES = {"sklearn": "scikit-learn", "xgboost": "XGBoost", "r": "R"}
_START_SECONDS = {"sklearn": 1.5, "xgboost": 1.5, "r": 2.0}


@dataclass(frozen=True)
class Goal:
    """What is wanted: `figure` at least (or at most) `bound`, shown in `unit`; `why` explains one that falls short."""

    text: str
    figure: Callable[[Results], float]
    bound: float
    unit: str
    at_most: bool = False
    why: Callable[[Results], str] = lambda _: ""


@dataclass(frozen=True)
class Verdict:
    """What came of a goal; `reached` is None where it could not be measured."""

    text: str
    wanted: str
    measured: str
    reached: bool | None
    remark: str


def judge(results: Results) -> list[Verdict]:
    """Judge all goals."""
    return [_verdict(goal, results) for goal in goals()]


def _verdict(goal: Goal, results: Results) -> Verdict:
    wanted = f"{'<=' if goal.at_most else '>='} {goal.bound:g}{goal.unit}"
    try:
        value = goal.figure(results)
    except NotMeasuredError as error:
        return Verdict(goal.text, wanted, "-", None, str(error))
    reached = value <= goal.bound if goal.at_most else value >= goal.bound
    remark = "" if reached else _explained(goal, results)
    return Verdict(goal.text, wanted, f"{_short(value)}{goal.unit}", reached, remark)


def _explained(goal: Goal, results: Results) -> str:
    try:
        return goal.why(results)
    except NotMeasuredError as error:
        return str(error)


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 20 else f"{value:.1f}" if value >= 3 else f"{value:.2f}"


def goals() -> Iterator[Goal]:
    """All of them, in the order of the issue."""
    yield from _sklearn()
    yield from _xgboost()
    yield from _mars()
    yield from _everywhere()


def _sklearn() -> Iterator[Goal]:
    for peer, title, bound in (
        ("sklearn_container", "AWS's scikit-learn container", 50.0),
        ("classic", "classic", 60.0),
    ):
        yield Goal(f"scikit-learn, 1 row: beside {title}", _faster("sklearn", peer, ONE), bound, "x")
    for peer, title in (("sklearn_container", "AWS's scikit-learn container"), ("classic", "classic")):
        yield Goal(f"scikit-learn, 100 rows: beside {title}", _faster("sklearn", peer, HUNDRED), 30, "x")
    yield _of_constant("sklearn", HUNDRED, 0.6)
    text = "scikit-learn, 1 row: 100 trees beside 10"
    yield Goal(text, lambda results: 1 / _faster("sklearn", HUNDRED_TREES, ONE)(results), 0.85, "x", why=_dearer_trees)


def _xgboost() -> Iterator[Goal]:
    yield _of_constant("xgboost", ONE, 0.5)
    yield _of_constant("xgboost", HUNDRED, 0.5)


def _mars() -> Iterator[Goal]:
    yield Goal("R, 1 row, 1 connection: beside classic plumber", _faster("r", "classic", ALONE), 50, "x")
    yield Goal("R, 1 row, 1 connection: p50", lambda r: r.server("r", OURS).p50(ALONE), 2, " ms", at_most=True)
    for load, rows in ((ONE, "1 row"), (HUNDRED, "100 rows")):
        yield Goal(f"R, {rows}, 8 connections: beside classic plumber", _faster("r", "classic", load), 15, "x")
        text = f"R, {rows}, 8 connections: beside plumber, model loaded once, TCP_NODELAY"
        yield Goal(text, _faster("r", "once, nodelay", load), 5, "x")
    for load, rows in ((ONE, "1 row"), (HUNDRED, "100 rows")):
        scaled = _scaled(load)
        yield Goal(f"R, {rows}, 8 connections: two workers beside one", scaled, 1.5, "x", why=_shared_cpu)


def _everywhere() -> Iterator[Goal]:
    for case, title in _CASES.items():
        text, bound = f"{title}: start to first healthy /ping", _START_SECONDS[case]
        yield Goal(text, _started(case), bound, " s", at_most=True)
    for case in ("sklearn", "xgboost"):
        yield Goal(f"{_CASES[case]}: memory of a worker", _memory(case), 150, " MB", at_most=True)
    text = "scikit-learn: memory that a second worker adds, of the first's"
    yield Goal(text, _added_memory, 0.5, "x", at_most=True)
    for case, title in _CASES.items():
        for load, rows in ((ONE, "1 row"), (HUNDRED, "100 rows")):
            yield Goal(
                f"{title}, {rows}, 8 connections: p99 of p50", _tail(case, OURS, load), 3, "x", at_most=True,
                why=_machine_tail(case, load),
            )  # fmt: skip


def _faster(case: str, peer: str, load: Load) -> Callable[[Results], float]:
    return lambda results: results.server(case, OURS).rate(load) / results.server(case, peer).rate(load)


def _of_constant(case: str, load: Load, bound: float) -> Goal:
    rows = "1 row" if load.rows == 1 else f"{load.rows} rows"
    text = f"{_CASES[case]}, {rows}: of the same server answering a constant"
    return Goal(text, _faster(case, CONSTANT, load), bound, "x", why=_model_and_http(case, load))


def _model_and_http(case: str, load: Load) -> Callable[[Results], str]:
    """The faster the HTTP, the more the model weighs: say what each of them costs."""

    def why(results: Results) -> str:
        whole = 1e6 / results.server(case, OURS).rate(load)
        http = 1e6 / results.server(case, CONSTANT).rate(load)
        return f"a request costs {http:.0f} us of HTTP and {whole - http:.0f} us of reading, predicting and writing"

    return why


def _dearer_trees(results: Results) -> str:
    ten, hundred = (1e6 / results.server("sklearn", name).rate(ONE) for name in (OURS, HUNDRED_TREES))
    return f"90 more trees cost {hundred - ten:.0f} us, on {ten:.0f} us for all else"


def _scaled(load: Load) -> Callable[[Results], float]:
    return lambda results: results.server("r", TWO_WORKERS).rate(load) / results.server("r", OURS).rate(load)


def _shared_cpu(results: Results) -> str:
    return f"server and load share the machine's CPUs ({results.machine.get('cpu', '')})"


def _started(case: str) -> Callable[[Results], float]:
    return lambda results: results.server(case, OURS).median(lambda one: one.start_s)


def _memory(case: str) -> Callable[[Results], float]:
    return lambda results: results.server(case, OURS).median(lambda one: one.worker_mb)


def _added_memory(results: Results) -> float:
    one, two = (results.server("sklearn", name).median(lambda life: life.whole_mb) for name in (OURS, TWO_WORKERS))
    return (two - one) / one


def _tail(case: str, name: str, load: Load) -> Callable[[Results], float]:
    return lambda results: results.server(case, name).p99(load) / results.server(case, name).p50(load)


def _machine_tail(case: str, load: Load) -> Callable[[Results], str]:
    """A constant has no work to be late with: its tail is the machine's."""

    def why(results: Results) -> str:
        p50 = results.server(case, OURS).p50(load)
        constant = "sklearn" if case == "r" else case
        return (
            f"p50 is {p50:.2f} ms; the constant's p99 here is {_tail(constant, CONSTANT, load)(results):.1f} of its p50"
        )

    return why
