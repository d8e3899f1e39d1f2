"""Clean up: of this workload's configs those in use and the last two stay, with all that they refer to.

A config goes only if none of its models is used by one that stays, and takes its models along. What a version in
the registry refers to lives as long as the version (stacks/workflow/prune.py).
Whatever fails here is left for the next run: what was deployed stays deployed. What is gone already is no failure.
"""

from stacks.workflow.asl import State, States, caught, choose, compute, each, merged, q, sdk
from stacks.workflow.listing import listing_states
from stacks.workflow.names import Names

MOST = 40
"""Old configs that one run removes, the oldest first; more have only failing runs left, and the next goes on."""

_STALE = """(
    $used := [$configs[name in $kept].models];
    [$filter($configs, function($one) {
        $not($one.name in $kept) and $count([$filter($one.models, function($model) { $model in $used })]) = 0
    })]
)"""

_LOSERS = """[$map([$filter($results, function($result) { $not($result.name in [$passed.name]) })],
    function($result) {{
        'model': $result.model,
        'key': $live & '/' & $result.name & '/model.tar.gz',
        'registered': $result.package & '' != ''
    }})]"""


def cleanup_states(names: Names, *, versions: str, then: str) -> States:
    """After a deployment: old configs, then whatever `versions` is; at last the models that do not serve."""
    return merged(
        _listing_states(names),
        _using_states(names),
        {
            "Read configs": each(
                "[$distinct($append($kept, $found))]",
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
                Assign={"configs": q("[$states.result]")},
            ),
            "Find stale configs": compute({"stale": q(_STALE)}, then="Remove stale configs"),
            "Remove stale configs": each(
                "$stale",
                _removal(),
                then=versions,
                at_once=2,
                catch=[caught("Discard models")],
            ),
        },
        discard_states(then=then),
    )


def _listing_states(names: Names) -> States:
    """Sets `found`, the oldest configs of this workload."""
    return listing_states(
        "configs",
        "Are those enough configs?",
        names,
        action="listEndpointConfigs",
        name="EndpointConfigs.EndpointConfigName",
        ours=f"$contains($name, {names.config_pattern})",
        into="found",
        more=f"$count($found) < {MOST}",
        catch=[caught("Discard models")],
        then="Find endpoints",
    )


def _using_states(names: Names) -> States:
    """Sets `kept`: what this workload's endpoints use, the run's own config, and the one that served before."""
    there = f"[$states.result.Endpoints[EndpointName in {list(names.endpoints)}].EndpointName]"
    return {
        "Find endpoints": sdk(
            "sagemaker",
            "listEndpoints",
            {"NameContains": names.prefix, "SortBy": "CreationTime", "SortOrder": "Descending", "MaxResults": 100},
            catch=[caught("Discard models")],
            assign={"serves": q(there)},
            then="Read endpoints",
        ),
        "Read endpoints": each(
            "$serves",
            {
                "Read endpoint": sdk(
                    "sagemaker",
                    "describeEndpoint",
                    {"EndpointName": "{% $states.input %}"},
                    output=q("$states.result.EndpointConfigName"),
                    then=None,
                )
            },
            at_once=2,
            catch=[caught("Discard models")],
            then="Keep the last two",
            Assign={"used": q("[$states.result]")},
        ),
        "Keep the last two": compute(
            {
                "kept": q(
                    "[$filter($distinct($append($used, [$config, $previous != '' ? $previous : $pointer.config])), "
                    "function($name) { $name != '' })]"
                ),
                "found": q(f"[$filter($found, function($name, $number) {{ $number < {MOST} }})]"),
            },
            then="Read configs",
        ),
    }


def discard_states(*, then: str) -> States:
    """Models of this run that do not serve, and their artifacts but for registered ones; after a failure all."""
    unimportant = [caught("Is it registered?")]
    return {
        "Discard models": each(
            _LOSERS,
            {
                "Is there a model?": choose(
                    ("$states.input.model != ''", "Delete model"), otherwise="Is it registered?"
                ),
                "Delete model": _delete_model("$states.input.model", "Is it registered?")
                | {
                    "Output": "{% $states.input %}",
                    "Catch": [c | {"Output": "{% $states.input %}"} for c in unimportant],
                },
                "Is it registered?": choose(("$states.input.registered", "Keep artifact"), otherwise="Delete artifact"),
                "Keep artifact": compute(then=None),
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


def _removal() -> States:
    return {
        "Remove config": sdk(
            "sagemaker",
            "deleteEndpointConfig",
            {"EndpointConfigName": "{% $states.input.name %}"},
            output="{% $states.input %}",
            catch=[caught("Config stays")],
            then="Remove models",
        ),
        "Config stays": compute(then=None, comment="It went meanwhile, or is one for the next run"),
        "Remove models": each(
            "[$states.input.models]",
            {
                "Remove model": _delete_model("$states.input", None) | {"Catch": [caught("Model stays")]},
                "Model stays": compute(then=None, comment="It was removed by hand, or is one for the next run"),
            },
            then=None,
            at_once=2,
        ),
    }


def _delete_model(name: str, then: str | None) -> State:
    return sdk("sagemaker", "deleteModel", {"ModelName": q(name)}, then=then)
