"""What was measured: one record a round; everything that is said of a server is a median over its rounds."""

import statistics
from collections.abc import Callable

from pydantic import BaseModel, ConfigDict

from benchmarks.serving.load import Load, Sample


class NotMeasuredError(Exception):
    """A figure that a goal needs is not there; the message says why."""


class Record(BaseModel):
    """A part of the results."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Round(Record):
    """One life of a server: seconds to its first healthy answer, MB after the load, and what came of each load."""

    start_s: float
    start_cpu_s: float
    worker_mb: float
    whole_mb: float
    engine: str = ""
    loads: dict[str, Sample]


class Server(Record):
    """A server in all rounds; `problem` is why it has none, or fewer."""

    title: str
    versions: dict[str, str] = {}
    rounds: list[Round] = []
    problem: str = ""

    @property
    def engine(self) -> str:
        """What computed its predictions, as it said itself."""
        return ", ".join(dict.fromkeys(one.engine for one in self.rounds if one.engine))

    def median(self, figure: Callable[[Round], float]) -> float:
        """Return the median of a figure.

        Raises:
            NotMeasuredError: there is no such figure.
        """
        try:
            return statistics.median(figure(one) for one in self.rounds)
        except (statistics.StatisticsError, KeyError):
            raise NotMeasuredError(f"{self.title}: {self.problem or 'not measured'}") from None

    def rate(self, load: Load) -> float:
        """Requests a second."""
        return self.median(lambda one: one.loads[load.key].per_second)

    def cpu(self, load: Load) -> float:
        """Microseconds of a CPU that a request took."""
        return self.median(lambda one: one.loads[load.key].cpu_us)

    def p50(self, load: Load) -> float:
        """Milliseconds that half of the answers took at most."""
        return self.median(lambda one: one.loads[load.key].p50_ms)

    def p99(self, load: Load) -> float:
        """Milliseconds that 99 of 100 answers took at most."""
        return self.median(lambda one: one.loads[load.key].p99_ms)


class CaseResults(Record):
    """All servers of a case; `missing` says by name which peers could not be measured, and why."""

    title: str
    missing: dict[str, str]
    servers: dict[str, Server]

    def server(self, name: str) -> Server:
        """Find a server by its name.

        Raises:
            NotMeasuredError: there is none.
        """
        if name not in self.servers:
            raise NotMeasuredError(self.missing.get(name, f"{name} was not measured"))
        return self.servers[name]


class Results(Record):
    """One run of the benchmark."""

    machine: dict[str, str]
    remark: str
    seconds: int
    rounds: int
    cases: dict[str, CaseResults]

    def server(self, case: str, name: str) -> Server:
        """Find a server.

        Raises:
            NotMeasuredError: the case or the server was not measured.
        """
        if case not in self.cases:
            raise NotMeasuredError(f"case {case} was not measured")
        return self.cases[case].server(name)
