"""The results as text: the goals, two tables for each case, the versions; Markdown."""

from collections.abc import Callable, Iterable

from benchmarks.serving.contenders import OURS
from benchmarks.serving.goals import ALONE, HUNDRED, ONE
from benchmarks.serving.judge import Verdict, judge
from benchmarks.serving.load import Load
from benchmarks.serving.results import CaseResults, NotMeasuredError, Results, Server

_REACHED = {True: "reached", False: "**not reached**", None: "not measured"}
_HUNDRED_ALONE = Load(100, 1)
_GOALS = ("goal", "wanted", "measured", "by CPU time", "", "")
_WHAT = ("requests/s", "ours is", "CPU, us", "ours by CPU")
_RATES = ("server, 8 connections", *(f"{rows}: {what}" for rows in ("1 row", "100 rows") for what in _WHAT))
_TIMES = (
    "p50 / p99, ms", "1 row, 1 connection", "100 rows, 1 connection", "1 row, 8 connections",
    "100 rows, 8 connections", "start, s", "of it CPU, s", "worker, MB", "all processes, MB",
)  # fmt: skip


def whole(results: Results) -> str:
    """Return everything."""
    parts = [_intro(results), "### Goals", verdicts(judge(results))]
    for case in results.cases.values():
        parts += [f"### {case.title}", rates(case), times(case), _missing(case)]
    parts += ["### Versions", _versions(results)]
    return "\n\n".join(part for part in parts if part) + "\n"


def verdicts(judged: Iterable[Verdict]) -> str:
    """Return the table of goals."""
    cells = [(one.text, one.wanted, one.measured, one.by_cpu, _REACHED[one.reached], one.remark) for one in judged]
    return _table(_GOALS, cells)


def rates(case: CaseResults) -> str:
    """Return requests a second and CPU time of a request, and how many times as good ours are."""
    ours = case.servers.get(OURS)
    cells = [[_named(server), *_rate(server, ours, ONE), *_rate(server, ours, HUNDRED)] for server in _measured(case)]
    return _table(_RATES, [one for one in cells if any(one[1:])])


def times(case: CaseResults) -> str:
    """Return how late answers come, how long a start takes, and memory."""
    return _table(_TIMES, [_lateness(server) for server in _measured(case)])


def _rate(server: Server, ours: Server | None, load: Load) -> tuple[str, ...]:
    def beside(better: Callable[[Server], float]) -> str:
        return f"{_short(better(ours))}x" if ours and server is not ours else ""

    try:
        rate, cpu = server.rate(load), server.cpu(load)
        more = beside(lambda ours: ours.rate(load) / rate), beside(lambda ours: cpu / ours.cpu(load))
    except NotMeasuredError:
        return "", "", "", ""
    return f"{rate:,.0f}", more[0], f"{cpu:,.0f}", more[1]


def _named(server: Server) -> str:
    return f"{server.title} ({server.engine})" if server.engine else server.title


def _lateness(server: Server) -> list[str]:
    return [
        server.title,
        *(_times(server, load) for load in (ALONE, _HUNDRED_ALONE, ONE, HUNDRED)),
        f"{server.median(lambda one: one.start_s):.2f}",
        f"{server.median(lambda one: one.start_cpu_s):.2f}",
        f"{server.median(lambda one: one.worker_mb):.0f}",
        f"{server.median(lambda one: one.whole_mb):.0f}",
    ]


def _times(server: Server, load: Load) -> str:
    try:
        return f"{_short(server.p50(load))} / {_short(server.p99(load))}"
    except NotMeasuredError:
        return ""


def _short(value: float) -> str:
    return f"{value:.2f}" if value < 1 else f"{value:.1f}" if value < 10 else f"{value:,.0f}"


def _measured(case: CaseResults) -> list[Server]:
    return [server for server in case.servers.values() if server.rounds and not server.problem]


def _missing(case: CaseResults) -> str:
    failed = [f"{server.title}: {server.problem}" for server in case.servers.values() if server.problem]
    return "\n".join(f"- Not measured: {what}" for what in [*case.missing.values(), *failed])


def _intro(results: Results) -> str:
    told = "; ".join(f"{name}: {value}" for name, value in results.machine.items())
    how = f"{results.rounds} rounds, {results.seconds} s for each load, medians; {told}."
    return f"{how} {results.remark}".strip()


def _versions(results: Results) -> str:
    found = {}
    for case in results.cases.values():
        for server in case.servers.values():
            told = ", ".join(f"{package} {version}" for package, version in server.versions.items())
            if told:
                found[f"- {server.title}: {told}"] = True  # a peer of two cases is named once
    return "\n".join(found)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [_line(head)]
    lines.append("|---" * (lines[0].count("|") - 1) + "|")
    return "\n".join([*lines, *map(_line, rows)])


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
