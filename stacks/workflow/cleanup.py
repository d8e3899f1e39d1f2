"""Clean up: of this workload's configs the one in use and the one before stay, with all that they refer to.

A config goes only if none of its models is used by one that stays, and takes its models and artifacts along.
Whatever fails here is left for the next run: what was deployed stays deployed.
"""

from stacks.workflow.asl import State, States, caught, choose, compute, each, q, sdk
from stacks.workflow.names import Names

_STALE = """(
    $used := [$configs[name in $kept].models];
    [$filter($configs, function($one) {
        $not($one.name in $kept) and $count([$filter($one.models, function($model) { $model in $used })]) = 0
    })]
)"""

_LOSERS = """[$map([$filter($results, function($result) { $not($result.name in [$passed.name]) })],
    function($result) {{'model': $result.model, 'key': $live & '/' & $result.name & '/model.tar.gz'}})]"""


def cleanup_states(names: Names, bucket_prefix: str, *, then: str) -> States:
    """After a deployment: old configs; after that, as after a failure, the models that do not serve."""
    return {
        "List configs": sdk(
            "sagemaker",
            "listEndpointConfigs",
            {
                "NameContains": f"{names.prefix}-",
                "SortBy": "CreationTime",
                "SortOrder": "Descending",
                "MaxResults": 50,
            },
            catch=[caught("Discard models")],
            assign={
                "found": q(
                    "[$filter($states.result.EndpointConfigs.EndpointConfigName, function($name) "
                    f"{{ $contains($name, {names.config_pattern}) }})]"
                ),
            },
            then="Read configs",
        ),
        "Read configs": each(
            "$found",
            {
                "Read config": sdk(
                    "sagemaker",
                    "describeEndpointConfig",
                    {"EndpointConfigName": "{% $states.input %}"},
                    output={
                        "name": "{% $states.result.EndpointConfigName %}",
                        "models": q("[$states.result.ProductionVariants.ModelName]"),
                    },
                    then=None,
                )
            },
            at_once=5,
            then="Find stale configs",
            catch=[caught("Discard models")],
            Assign={
                "configs": q("[$states.result]"),
                "kept": q(
                    "$previous != '' ? [$config, $previous] "
                    ": $append([$config], [[$filter($found, function($name) { $name != $config })][0]])"
                ),
            },
        ),
        "Find stale configs": compute({"stale": q(_STALE)}, then="Remove stale configs"),
        "Remove stale configs": each(
            "$stale",
            _removal(bucket_prefix),
            then="Discard models",
            at_once=2,
            catch=[caught("Discard models")],
        ),
        **discard_states(then=then),
    }


def discard_states(*, then: str) -> States:
    """Models of this run that do not serve, and their artifacts; after a failure that is all of them."""
    unimportant = [caught("Delete artifact")]
    return {
        "Discard models": each(
            _LOSERS,
            {
                "Is there a model?": choose(("$states.input.model != ''", "Delete model"), otherwise="Delete artifact"),
                "Delete model": _delete_model("$states.input.model", "Delete artifact")
                | {
                    "Output": "{% $states.input %}",
                    "Catch": [c | {"Output": "{% $states.input %}"} for c in unimportant],
                },
                "Delete artifact": sdk(
                    "s3", "deleteObject", {"Bucket": "${Bucket}", "Key": "{% $states.input.key %}"}, then=None
                ),
            },
            then=then,
            at_once=5,
            catch=[caught(then)],
        )
    }


def withdraw_states(*, then: str, stuck: str) -> States:
    """After a failed deployment: nobody uses the config any more, so no candidate of this run serves."""
    return {
        "Withdraw config": sdk(
            "sagemaker",
            "deleteEndpointConfig",
            {"EndpointConfigName": "{% $config %}"},
            catch=[caught(stuck)],
            assign={"passed": []},
            then="Withdraw features",
        ),
        "Withdraw features": sdk(
            "s3",
            "deleteObject",
            {"Bucket": "${Bucket}", "Key": q("$live & '/features.json'")},
            catch=[caught(then)],
            then=then,
        ),
    }


def _removal(prefix: str) -> States:
    item = "{% $states.input %}"
    return {
        "Remove config": sdk(
            "sagemaker",
            "deleteEndpointConfig",
            {"EndpointConfigName": "{% $states.input.name %}"},
            output=item,
            then="Remove models",
        ),
        "Remove models": each(
            "[$states.input.models]",
            {"Remove model": _delete_model("$states.input", None)},
            then="List artifacts",
            at_once=2,
        )
        | {"Output": item},
        "List artifacts": sdk(
            "s3",
            "listObjectsV2",
            {"Bucket": "${Bucket}", "Prefix": q(f"'{prefix}/live/' & $states.input.name & '/'")},
            output={"objects": q("[$states.result.Contents.{'Key': Key}]")},
            then="Are there artifacts?",
        ),
        "Are there artifacts?": choose(
            ("$count($states.input.objects) > 0", "Remove artifacts"), otherwise="Nothing left"
        ),
        "Remove artifacts": sdk(
            "s3",
            "deleteObjects",
            {"Bucket": "${Bucket}", "Delete": {"Objects": "{% $states.input.objects %}", "Quiet": True}},
            then=None,
        ),
        "Nothing left": compute(then=None),
    }


def _delete_model(name: str, then: str | None) -> State:
    return sdk("sagemaker", "deleteModel", {"ModelName": q(name)}, then=then)
