"""The goals of issue 7, in its order; the bounds are its own, but for those that it says in words.

"Copy-on-write" is taken as: a second worker adds at most half of the first; "scales with R workers up to the cores"
as: two are at least 1.5 times as fast as one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.serving.contenders import CONSTANT, HUNDRED_TREES, OURS, TWO_WORKERS
from benchmarks.serving.load import Load
from benchmarks.serving.results import Results, Server

TITLES = {"sklearn": "scikit-learn", "xgboost": "XGBoost", "r": "R"}
ONE, HUNDRED = Load(1, 8), Load(100, 8)
ALONE = Load(1, 1)
_BOTH = {ONE: "1 row", HUNDRED: "100 rows"}
_AWS, _CLASSIC = "sklearn_container", "classic"
_NODELAY = "once, nodelay"
Figure = Callable[[Results], float]
Words = Callable[[Results], str]


@dataclass(frozen=True)
class Goal:
    """What is wanted: `figure` at least (or at most) `bound`, shown in `unit`; `why` explains one that falls short."""

    case: str
    text: str
    figure: Figure
    bound: float
    unit: str = "x"
    at_most: bool = False
    aim: float = 0
    why: Words = lambda _: ""
    # The same by the time of a CPU, which other programs on the machine do not change.
    by_cpu: Figure | None = None


def _sklearn() -> Iterator[Goal]:
    case = "sklearn"
    yield _beside(case, ONE, _AWS, "AWS's scikit-learn container", 50, aim=100)
    yield _beside(case, ONE, _CLASSIC, "the classic container", 60, aim=100)
    yield _beside(case, HUNDRED, _AWS, "AWS's scikit-learn container", 30)
    yield _beside(case, HUNDRED, _CLASSIC, "the classic container", 30)
    yield _beside(
        case, HUNDRED, CONSTANT, "the same server answering a constant", 0.6, why=_http_and_model(case, HUNDRED)
    )
    yield _rates(case, "1 row: 100 trees beside 10", ONE, (HUNDRED_TREES, OURS), 0.85)


def _xgboost() -> Iterator[Goal]:
    case = "xgboost"
    for load in _BOTH:
        why = _http_and_model(case, load)
        yield _beside(case, load, CONSTANT, "the same server answering a constant", 0.5, why=why)


def _mars() -> Iterator[Goal]:
    case = "r"
    yield _rates(case, "1 row, 1 connection: beside classic plumber", ALONE, (OURS, _CLASSIC), 50)
    p50 = _of(case, lambda ours: ours.p50(ALONE))
    yield Goal(case, "1 row, 1 connection: p50", p50, 2, " ms", at_most=True)
    for load, rows in _BOTH.items():
        yield _beside(case, load, _CLASSIC, "classic plumber", 15)
        yield _beside(case, load, _NODELAY, "plumber, model loaded once, TCP_NODELAY", 5)
        scaled = _ratio(case, TWO_WORKERS, OURS, load)
        yield Goal(case, f"{rows}: two workers beside one", scaled, 1.5, why=_shared)


def _everywhere() -> Iterator[Goal]:
    for case, seconds in (("sklearn", 1.5), ("xgboost", 1.5), ("r", 2.0)):
        started = _of(case, lambda ours: ours.median(lambda one: one.start_s))
        worked = _of(case, lambda ours: ours.median(lambda one: one.start_cpu_s))
        yield Goal(case, "start to first healthy /ping", started, seconds, " s", at_most=True, by_cpu=worked)
    for case in ("sklearn", "xgboost"):
        weighs = _of(case, lambda ours: ours.median(lambda one: one.worker_mb))
        yield Goal(case, "memory of a worker", weighs, 150, " MB", at_most=True)
    yield Goal("sklearn", "memory that a second worker adds, of the first's", _added_memory, 0.5, at_most=True)
    for case in TITLES:
        for load, rows in _BOTH.items():
            tail = _tail(case, OURS, load)
            why = _machine(case, load)
            yield Goal(case, f"{rows}, 8 connections: p99 of p50", tail, 3, at_most=True, why=why)


def _beside(
    case: str, load: Load, peer: str, title: str, bound: float, *, aim: float = 0, why: Words | None = None
) -> Goal:
    return _rates(case, f"{_BOTH[load]}: beside {title}", load, (OURS, peer), bound, aim=aim, why=why)


def _rates(
    case: str, text: str, load: Load, pair: tuple[str, str], bound: float, *, aim: float = 0, why: Words | None = None
) -> Goal:
    """Compare the requests a second of two servers."""
    one, other = pair
    return Goal(
        case, text, _ratio(case, one, other, load), bound, aim=aim, why=why or _each(case, one, other, load),
        by_cpu=lambda results: results.server(case, other).cpu(load) / results.server(case, one).cpu(load),
    )  # fmt: skip


def _of(case: str, figure: Callable[[Server], float]) -> Figure:
    return lambda results: figure(results.server(case, OURS))


def _ratio(case: str, one: str, other: str, load: Load) -> Figure:
    return lambda results: results.server(case, one).rate(load) / results.server(case, other).rate(load)


def _tail(case: str, name: str, load: Load) -> Figure:
    return lambda results: results.server(case, name).p99(load) / results.server(case, name).p50(load)


def _added_memory(results: Results) -> float:
    one, two = (results.server("sklearn", name).median(lambda life: life.whole_mb) for name in (OURS, TWO_WORKERS))
    return (two - one) / one


def _micros(results: Results, case: str, name: str, load: Load) -> float:
    return 1e6 / results.server(case, name).rate(load)


def _each(case: str, one: str, other: str, load: Load) -> Words:
    def why(results: Results) -> str:
        first, second = (_micros(results, case, name, load) for name in (one, other))
        return f"{first:,.0f} us a request beside {second:,.0f} us"

    return why


def _http_and_model(case: str, load: Load) -> Words:
    """The faster the HTTP, the more the model weighs: say what each of them costs."""

    def why(results: Results) -> str:
        whole, http = (_micros(results, case, name, load) for name in (OURS, CONSTANT))
        return f"a request costs {http:.0f} us of HTTP and {whole - http:.0f} us of reading, predicting and writing"

    return why


def _shared(results: Results) -> str:
    return f"servers and load share {results.machine.get('cpu', 'the CPUs')}"


def _machine(case: str, load: Load) -> Words:
    """A constant has no work to be late with: its tail is the machine's."""

    def why(results: Results) -> str:
        p50, constant = results.server(case, OURS).p50(load), "sklearn" if case == "r" else case
        tail = _tail(constant, CONSTANT, load)(results)
        return f"p50 is {p50:.2f} ms; the p99 of a constant, which has nothing to compute, was {tail:.1f} of its p50"

    return why


GOALS: tuple[Goal, ...] = (*_sklearn(), *_xgboost(), *_mars(), *_everywhere())
