"""Configs and models that no endpoint uses any more: all of this workload's, page by page until none is left."""

from collections.abc import Sequence

from stacks.workflow.asl import State, States, caught, choose, compute, each, q, sdk
from stacks.workflow.names import Names

ROUNDS = 50
"""Pages of a hundred that are gone through, of each kind; who has more runs it again."""


def remains_states(names: Names, *, then: str, failed: Sequence[State]) -> States:
    """Configs first, since they refer to models."""
    return {
        **_kind("config", "EndpointConfig", names, names.config_pattern, then="List retired models", failed=failed),
        **_kind("model", "Model", names, names.model_pattern, then=then, failed=failed),
    }


def _kind(
    word: str, thing: str, names: Names, pattern: str, *, then: str, failed: Sequence[State]
) -> States:  # fmt: skip
    found = f"[$filter($states.result.{thing}s.{thing}Name, function($name) {{ $contains($name, {pattern}) }})]"
    query = f"{{'NameContains': '{names.prefix}-', 'MaxResults': 100}}"
    assign = {"found": q(found), "token": q("$states.result.NextToken & ''"), "rounds": q("$rounds + 1")}

    def listing(more: str) -> State:
        return sdk(
            "sagemaker", f"list{thing}s", q(f"$merge([{query}, {more}])"), catch=failed, assign=assign,
            then=f"Are there {word}s?",
        )  # fmt: skip

    return {
        f"List retired {word}s": listing("{}"),
        f"List more {word}s": listing("{'NextToken': $token}"),
        f"Are there {word}s?": choose(
            ("$count($found) = 0 and $token = ''", f"No {word}s are left"),
            (f"$rounds > {ROUNDS}", f"Too many {word}s"),
            ("$count($found) = 0", f"List more {word}s"),
            otherwise=f"Delete {word}s",
        ),
        f"Delete {word}s": each(
            "$found",
            {
                f"Delete {word}": sdk(
                    "sagemaker",
                    f"delete{thing}",
                    {f"{thing}Name": "{% $states.input %}"},
                    catch=[caught(f"Leave {word}")],
                    output=q(f"'{'endpoint config' if word == 'config' else word} ' & $states.input"),
                    then=None,
                ),
                f"Leave {word}": compute(output="", then=None, comment="It went meanwhile, or is listed again"),
            },
            at_once=5,
            catch=failed,
            then=f"List retired {word}s",
            Assign={"removed": q("[$append($removed, [$filter($states.result, function($one) { $one != '' })])]")},
        ),
        f"Too many {word}s": compute(
            {
                "failure": {
                    "Error": "NotRetired",
                    "Cause": f"There are still {word}s after {ROUNDS} rounds of deleting them. Retire it again.",
                }
            },
            then="Is anything left?",
        ),
        f"No {word}s are left": compute({"rounds": 0}, then=then),
    }
