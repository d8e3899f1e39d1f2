"""Move pointer: one parameter says which endpoint, models and features the public API uses.

Overwriting and tagging do not go together in one call of Parameter Store, so the tags follow.
"""

from typing import Any

from stacks.workflow.asl import State, States, caught, choose, compute, failure, q, sdk
from stacks.workflow.names import Names

_POINTER = """$string({
    'endpoint': $endpoint,
    'config': $config,
    'execution': $states.context.Execution.Name,
    'features': $live & '/features.json',
    'schema_hash': $schema,
    'models': $merge([$map($passed, function($result) {{$result.name: $result.model}})]),
    'packages': $merge([$map($passed, function($result) {{$result.name: $result.package}})]),
    'metrics': $merge([$map($passed, function($result) {{$result.name: $result.metrics}})])
})"""


_POINTED = "($value := $states.result.Parameters[0].Value; $value ? $parse($value).config & '' : '')"

LOGS_KEPT = 90
"""Days; SageMaker makes the log group of an endpoint by itself, and keeps it for ever."""


def point(names: Names, value: str, **options: Any) -> State:
    """To let the pointer say something else (JSONata); ten forecasts' metrics outgrow the standard tier's 4 KB."""
    arguments = {
        "Name": names.pointer,
        "Value": q(value),
        "Type": "String",
        "Tier": "Intelligent-Tiering",
        "Overwrite": True,
    }
    return sdk("ssm", "putParameter", arguments, **options)


def pointer_states(names: Names, *, then: str, undo: str, stuck: str) -> States:
    """A pointer without tags serves as well, so a failed tag is not worth a roll back."""
    return {
        "Move pointer": point(
            names,
            _POINTER,
            catch=[caught("Look at pointer", failure("DeploymentFailed"))],
            assign={"looks": 0, "refused": ""},
            then="Tag pointer",
        ),
        "Look at pointer": sdk(
            "ssm",
            "getParameters",
            {"Names": [names.pointer]},
            catch=[caught(stuck)],
            assign={"pointed": q(_POINTED)},
            then="Did pointer move?",
        )
        | {"Comment": "A call whose answer was lost may have moved it; what it names must not be undone"},
        "Did pointer move?": choose(("$pointed = $config", "Forget failure"), otherwise=undo),
        "Forget failure": compute(
            {"failure": {"Error": "", "Cause": ""}, "looks": 0, "refused": ""}, then="Tag pointer"
        ),
        "Tag pointer": sdk(
            "ssm",
            "addTagsToResource",
            {"ResourceType": "Parameter", "ResourceId": names.pointer, "Tags": "{% $settings.tags %}"},
            catch=[caught("Keep logs")],
            then="Keep logs",
        ),
        "Keep logs": sdk(
            "cloudwatchlogs",
            "putRetentionPolicy",
            {"LogGroupName": q("'/aws/sagemaker/Endpoints/' & $endpoint"), "RetentionInDays": LOGS_KEPT},
            catch=[caught(then)],
            then=then,
        )
        | {"Comment": "Not for ever; the group is there once a server has written a line"},
    }
