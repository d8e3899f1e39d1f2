"""What the command prints: medians, and what they say about the goals."""

from collections.abc import Mapping

from benchmarks.bars import Bar

OURS = "predict.handler"
CONTENDERS = {
    OURS: "trainyard's handler",
    "plain_boto3": "plain boto3 handler",
    "powertools_pydantic": "Powertools + pydantic",
    "raw_call": "raw signed HTTP call",
}
Medians = Mapping[str, Mapping[str, float]]
# The goals: of the plain boto3 handler's cold start; above a raw signed call.
MOST_COLD, MOST_WARM_MS = 0.5, 1.0
_SHOWN = (("import", 0), ("cold", 0), ("p50", 2), ("p99", 2), ("memory", 0))


def verdict(medians: Medians) -> str:
    """Return the goals, and what was measured."""
    ours, boto3, raw = medians[OURS], medians["plain_boto3"], medians["raw_call"]
    cold, warm = ours["cold"] / boto3["cold"], ours["p50"] - raw["p50"]
    return (
        f"cold start: {cold:.2f} of the plain boto3 handler's (goal: at most {MOST_COLD:.2f}): {_met(cold, MOST_COLD)}"
        f"\n\nwarm: {warm:+.2f} ms over a raw signed call (goal: at most {MOST_WARM_MS:g} ms):"
        f" {_met(warm, MOST_WARM_MS)}; {ours['p50'] / boto3['p50']:.2f} of the plain boto3 handler's"
    )


def _met(measured: float, most: float) -> str:
    return "met" if measured <= most else "missed"


def picture(medians: Medians) -> dict[str, list[Bar]]:
    """Return the medians as bars."""
    titles = {"cold": "import and first call, ms", "p50": "warm call, p50, ms", "memory": "memory, MB"}
    return {
        title: [Bar(CONTENDERS[name], own[key], ours=name == OURS) for name, own in medians.items()]
        for key, title in titles.items()
    }


def table(medians: Medians) -> str:
    """Return Markdown."""
    lines = ["| handler | import, ms | import and first call, ms | warm p50, ms | warm p99, ms | memory, MB |"]
    lines.append("|---|---|---|---|---|---|")
    for name, own in medians.items():
        cells = [f"{own[key]:.{digits}f}" for key, digits in _SHOWN]
        lines.append(f"| {CONTENDERS[name]} | {' | '.join(cells)} |")
    return "\n".join(lines)
