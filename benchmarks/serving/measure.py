"""The measurement: in each round each server lives once, alone; it must be right before it is timed."""

import math
from collections.abc import Callable
from pathlib import Path

from benchmarks.serving import load, machine
from benchmarks.serving.contenders import OURS, Case, Contender
from benchmarks.serving.load import LoadError
from benchmarks.serving.processes import Running, ServerError, running
from benchmarks.serving.results import CaseResults, Round, Server
from benchmarks.serving.wire import Predictions

Say = Callable[[str], None]
# The project's own bound between its fast and its slow way.
RELATIVE = 1e-5
# Of a server's last words, in the results.
_SHOWN = 400


class WrongError(Exception):
    """A server's predictions are not the library's."""


def measure(case: Case, rounds: int, seconds: int, folder: Path, say: Say) -> CaseResults:
    """Measure all contenders in turn, `rounds` times; one that fails is out, with its reason."""
    lives: dict[str, list[Round]] = {contender.name: [] for contender in case.contenders}
    problems: dict[str, str] = {}
    for number in range(1, rounds + 1):
        for contender in case.contenders:
            if contender.name in problems:
                continue
            what = f"{case.name}, round {number} of {rounds}: {contender.title}"
            try:
                lives[contender.name].append(_again(case, contender, seconds, folder, say))
                say(f"{what}: {_told(lives[contender.name][-1])}")
            except (ServerError, LoadError, WrongError) as error:
                problems[contender.name] = str(error)[:_SHOWN]
                say(f"{what} FAILED: {error}")
    servers = {
        contender.name: Server(
            title=contender.title,
            versions=dict(contender.versions),
            rounds=lives[contender.name],
            problem=problems.get(contender.name, ""),
        )
        for contender in case.contenders
    }
    return CaseResults(title=case.title, missing=case.missing, servers=servers)


def _again(case: Case, contender: Contender, seconds: int, folder: Path, say: Say) -> Round:
    """A server that does not come up is started once more: what else ran on the machine may be why."""
    try:
        return _live(case, contender, seconds, folder)
    except ServerError as error:
        say(f"{case.name}: {contender.title}, once more: {error}")
        return _live(case, contender, seconds, folder)


def _live(case: Case, contender: Contender, seconds: int, folder: Path) -> Round:
    with machine.pinned(machine.server_cpus(contender.cpus)), running(contender.start) as server:
        started, start_cpu = server.healthy_after(contender.health), server.cpu_seconds()
        check(case, contender, server)
        came = {}
        for wanted in contender.loads:
            requests = [request for request, _ in case.asked(contender, wanted.rows)]
            came[wanted.key] = load.put(server, requests, wanted.connections, seconds, folder / "requests")
        memory, engine = server.memory(), server.engine() if contender.name.startswith(OURS) else ""
    return Round(
        start_s=started,
        start_cpu_s=start_cpu,
        worker_mb=memory.worker,
        whole_mb=memory.whole,
        engine=engine,
        loads=came,
    )


def check(case: Case, contender: Contender, server: Running) -> None:
    """Ask every request once; this also warms the server up.

    Raises:
        WrongError: a prediction is not what the library itself says.
    """
    for rows in sorted({wanted.rows for wanted in contender.loads}) or (1,):
        for request, right in case.asked(contender, rows):
            said = contender.wire.decode(server.answer(request))
            if not same(said, right):
                raise WrongError(f"wrong predictions: {said[:3]} for {right[:3]}")


def same(said: Predictions, right: Predictions) -> bool:
    """Tell whether classes are equal and numbers as near as they must be."""
    return len(said) == len(right) and all(_near(*pair) for pair in zip(said, right, strict=True))


def _near(said: str, right: str) -> bool:
    try:
        return math.isclose(float(said), float(right), rel_tol=RELATIVE)
    except ValueError:
        return said == right


def _told(life: Round) -> str:
    rates = ", ".join(f"{sample.per_second:.0f}" for sample in life.loads.values())
    return f"{rates or 'no load'} requests/s; started in {life.start_s:.2f} s; {life.worker_mb:.0f} MB"
