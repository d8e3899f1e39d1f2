"""Predecessor: when the pointer has moved to the other endpoint, the one it named before is removed.

Not at once: for as long as a Lambda remembers the pointer, and has a request under way, old requests meet the old
model. What an aborted run has left under the other name goes as well.
"""

from collections.abc import Sequence

from stacks.workflow.asl import States, caught, choose, compute, merged, q
from stacks.workflow.destination import other
from stacks.workflow.endpoint import WAITED, removal_states
from stacks.workflow.names import Names

POINTER_CACHED = 15
"""Seconds for which the Lambda remembers a pointer (docs/contracts.md)."""

LONGEST_REQUEST = 28
"""Seconds after which the Lambda itself is ended."""


def predecessor_states(names: Names, *, candidates: Sequence[str], then: str) -> States:
    """A failure here fails the run in the end, since what stays costs money; the new model serves all the same."""
    lost = [caught("Other endpoint stays", {"reason": q("$states.errorOutput.Cause & ''")})]
    there = other(names)
    waited = "Other endpoint takes too long"
    return merged(
        {
            "Did another endpoint serve?": choose(
                (f"$pointer.endpoint = {there}", "Wait for cached pointers"), otherwise="Find other endpoint"
            ),
            "Wait for cached pointers": {
                "Type": "Wait",
                "Seconds": POINTER_CACHED + LONGEST_REQUEST + 2,
                "Next": "Find other endpoint",
            },
        },
        removal_states(
            "other",
            names=names,
            endpoint=there,
            candidates=candidates,
            catch=lost,
            then=then,
            stuck=waited,
        ),
        {
            waited: compute({"reason": q(WAITED)}, then="Other endpoint stays"),
            "Other endpoint stays": compute(
                {
                    "failure": {
                        "Error": "EndpointNotRemoved",
                        "Cause": q(
                            f"'The new models serve, but the endpoint that they replaced, ' & {there} & ', could not "
                            "be removed: it is ' & $status & '. ' & $reason & "
                            "'\\nThe next run tries again; until then it costs.'"
                        ),
                    }
                },
                then=then,
            ),
        },
    )
