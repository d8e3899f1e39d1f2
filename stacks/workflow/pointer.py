"""Move pointer: one parameter says which endpoint, models and features the public API uses.

Overwriting and tagging do not go together in one call of Parameter Store, so the tags follow.
"""

from stacks.workflow.asl import States, caught, failure, q, sdk
from stacks.workflow.names import Names

_POINTER = """$string({
    'endpoint': '%s',
    'config': $config,
    'execution': $states.context.Execution.Name,
    'features': $live & '/features.json',
    'models': $merge([$map($passed, function($result) {{$result.name: $result.model}})]),
    'metrics': $merge([$map($passed, function($result) {{$result.name: $result.metrics}})])
})"""


def pointer_states(names: Names, *, then: str, undo: str) -> States:
    """A pointer without tags serves as well, so a failed tag is not worth a roll back."""
    return {
        "Move pointer": sdk(
            "ssm",
            "putParameter",
            {
                "Name": names.pointer,
                "Value": q(_POINTER % names.prefix),
                "Type": "String",
                "Tier": "Standard",
                "Overwrite": True,
            },
            catch=[caught(undo, failure("DeploymentFailed"))],
            then="Tag pointer",
        ),
        "Tag pointer": sdk(
            "ssm",
            "addTagsToResource",
            {"ResourceType": "Parameter", "ResourceId": names.pointer, "Tags": "{% $settings.tags %}"},
            catch=[caught(then)],
            then=then,
        ),
    }
