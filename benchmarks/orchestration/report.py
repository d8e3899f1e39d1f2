"""What the command prints: the summary of all rounds, and where the time of the median one went."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from benchmarks.bars import Bar
from benchmarks.orchestration.chain import Chain
from benchmarks.orchestration.jobs import Job

SHARE, SECONDS = 0.05, 3.0
"""What a run may take beside the critical path of its jobs: a share of that path, or these seconds if they are more."""

_SHOWN = 8
_LEAST = 0.01


def allowed(run: Chain) -> float:
    """Return the seconds that a run may wait."""
    return max(SECONDS, SHARE * run.path)


def middle(runs: Sequence[Chain]) -> Chain:
    """Return the run whose waits are the median (the longer of two)."""
    return sorted(runs, key=lambda run: run.waited)[len(runs) // 2]


def text(workload: str, runs: Sequence[Chain], machine: str) -> str:
    """Return summary and tables in Markdown, and what the machine was called before the runs."""
    run = middle(runs)
    return "\n".join(
        [
            *_summary(workload, runs),
            "",
            *_jobs(run.jobs),
            "",
            *_kinds(run),
            "",
            *_steps(run),
            "",
            verdict(runs),
            "",
            machine,
        ]
    )


def picture(runs: Sequence[Chain]) -> dict[str, list[Bar]]:
    """Return the median run as bars."""
    run = middle(runs)
    return {
        "jobs on the critical path, s": [Bar(job.state, job.seconds) for job in run.jobs],
        "beside them, s": [
            Bar(kind, seconds, ours=True) for kind, (_, seconds) in run.waited_by_kind().items() if seconds >= _LEAST
        ],
    }


def verdict(runs: Sequence[Chain]) -> str:
    """Return the goal, and whether the median of the runs meets it."""
    run = middle(runs)
    met = "met" if run.waited <= allowed(run) else "missed"
    return (
        f"beside the jobs: {run.waited:.2f} s of {run.wall:.1f} s (goal: at most {allowed(run):.1f} s,"
        f" the more of 3 s and 5 % of the critical path): {met}"
    )


def document(workload: str, runs: Sequence[Chain]) -> dict[str, Any]:
    """Return everything as plain data."""
    return {
        "workload": workload,
        "goal": {"seconds": SECONDS, "share_of_path": SHARE, "met": middle(runs).waited <= allowed(middle(runs))},
        "rounds": [_round(run) for run in runs],
    }


def _summary(workload: str, runs: Sequence[Chain]) -> Iterator[str]:
    yield "| workload | rounds | wall, s | critical path of jobs, s | beside, s | of the path |"
    yield "|---|---|---|---|---|---|"
    wall, path, waited = (median(getattr(run, name) for run in runs) for name in ("wall", "path", "waited"))
    yield f"| {workload} | {len(runs)} | {wall:.1f} | {path:.1f} | {waited:.2f} | {waited / path:.1%} |"


def _jobs(found: Sequence[Job]) -> Iterator[str]:
    yield "| job on the path | kind | seconds | of them |"
    yield "|---|---|---|---|"
    for job in found:
        parts = ", ".join(_part(name, value) for name, value in job.parts.items())
        yield f"| {job.state} | {job.kind} | {job.seconds:.2f} | {parts} |"


def _part(name: str, value: float) -> str:
    return f"{value:.0f} {name}" if name == "training jobs" else f"{name} {value:.2f}"


def _kinds(run: Chain) -> Iterator[str]:
    yield "| beside the jobs | times | seconds |"
    yield "|---|---|---|"
    for kind, (count, seconds) in run.waited_by_kind().items():
        yield f"| {kind} | {count} | {seconds:.2f} |"


def _steps(run: Chain) -> Iterator[str]:
    """The states that waited longest."""
    waits: dict[tuple[str, str], float] = {}
    for step in run.steps:
        waits[step.name, step.kind] = waits.get((step.name, step.kind), 0.0) + step.waited
    yield "| longest | what | seconds |"
    yield "|---|---|---|"
    for (name, kind), seconds in sorted(waits.items(), key=lambda item: -item[1])[:_SHOWN]:
        if seconds >= _LEAST:
            yield f"| {name} | {kind} | {seconds:.2f} |"


def _round(run: Chain) -> Mapping[str, Any]:
    return {
        "wall": run.wall,
        "path": run.path,
        "waited": run.waited,
        "jobs": [{"state": job.state, "kind": job.kind, "seconds": job.seconds, **job.parts} for job in run.jobs],
        "waited_by_kind": {kind: seconds for kind, (_, seconds) in run.waited_by_kind().items()},
        "steps": [{"name": step.name, "kind": step.kind, "waited": step.waited} for step in run.steps],
    }
