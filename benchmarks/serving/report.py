"""The results as text: the goals, a table for each case, the machine, the versions; Markdown."""

from collections.abc import Iterable

from benchmarks.serving.contenders import OURS
from benchmarks.serving.goals import ALONE, HUNDRED, ONE
from benchmarks.serving.judge import Verdict, judge
from benchmarks.serving.load import Load
from benchmarks.serving.results import CaseResults, NotMeasuredError, Results, Server

_REACHED = {True: "reached", False: "**not reached**", None: "not measured"}
_HUNDRED_ALONE = Load(100, 1)
_HEAD = (
    "server", "requests/s, 1 row", "ours is", "requests/s, 100 rows", "ours is",
    "p50 / p99, ms: 1 row", "100 rows", "1 row, 8 connections", "100 rows, 8 connections", "start, s", "worker, MB",
)  # fmt: skip


def whole(results: Results) -> str:
    """Return everything."""
    parts = [_intro(results), "### Goals", verdicts(judge(results))]
    for case in results.cases.values():
        parts += [f"### {case.title}", table(case), _missing(case)]
    parts += ["### Versions", _versions(results)]
    return "\n\n".join(part for part in parts if part) + "\n"


def verdicts(judged: Iterable[Verdict]) -> str:
    """Return the table of goals."""
    lines = ["| goal | wanted | measured | | |", "|---|---|---|---|---|"]
    lines += [
        f"| {one.text} | {one.wanted} | {one.measured} | {_REACHED[one.reached]} | {one.remark} |" for one in judged
    ]
    return "\n".join(lines)


def table(case: CaseResults) -> str:
    """Return a line for each server: rates at 8 connections, and how many times ours is as fast."""
    ours = case.servers.get(OURS)
    lines = [_line(_HEAD), "|---" * len(_HEAD) + "|"]
    lines += [_line(_cells(server, ours)) for server in case.servers.values() if not server.problem]
    return "\n".join(lines)


def _cells(server: Server, ours: Server | None) -> list[str]:
    return [
        server.title,
        *_rate(server, ours, ONE),
        *_rate(server, ours, HUNDRED),
        *(_times(server, load) for load in (ALONE, _HUNDRED_ALONE, ONE, HUNDRED)),
        f"{server.median(lambda one: one.start_s):.2f}",
        f"{server.median(lambda one: one.worker_mb):.0f}",
    ]


def _rate(server: Server, ours: Server | None, load: Load) -> tuple[str, str]:
    try:
        rate = server.rate(load)
        times = f"{ours.rate(load) / rate:.2g}x" if ours and server is not ours else ""
    except NotMeasuredError:
        return "", ""
    return f"{rate:,.0f}", times


def _times(server: Server, load: Load) -> str:
    try:
        return f"{server.p50(load):.2g} / {server.p99(load):.2g}"
    except NotMeasuredError:
        return ""


def _missing(case: CaseResults) -> str:
    failed = [f"{server.title}: {server.problem}" for server in case.servers.values() if server.problem]
    return "\n".join(f"- Not measured: {what}" for what in [*case.missing.values(), *failed])


def _intro(results: Results) -> str:
    told = "; ".join(f"{name}: {value}" for name, value in results.machine.items())
    how = f"{results.rounds} rounds, {results.seconds} s for each load, medians; {told}."
    return f"{how} {results.remark}".strip()


def _versions(results: Results) -> str:
    lines = []
    for name, case in results.cases.items():
        for server in case.servers.values():
            if server.versions:
                told = ", ".join(f"{package} {version}" for package, version in server.versions.items())
                lines.append(f"- {name}, {server.title}: {told}")
    return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
