"""Old versions: the newest stay in the registry, and those of configs that stay; the rest goes with its artifacts.

The artifacts go first: a version without them is found again by the next run, artifacts without a version are not.
A version that no run registered, that served until now, or whose approval a run may still wait for, is left alone.
"""

from spec.workload import Workload
from stacks.workflow.asl import States, caught, choose, compute, each, q, sdk
from stacks.workflow.names import Names

_VERSION = """{
    'arn': $states.result.ModelPackageArn,
    'config': $states.result.CustomerMetadataProperties.config & '',
    'candidate': $states.result.CustomerMetadataProperties.candidate & '',
    'waits': $states.result.ModelApprovalStatus = 'PendingManualApproval'
        and $millis() - $toMillis($states.result.CreationTime) < %d
}"""

_STAYS = """$states.input.config = '' or $states.input.config in $remaining
    or $states.input.arn in $guarded or $states.input.waits"""

# The features stay for the other candidates of the config; the last one takes them along.
_OBJECTS = """(
    $place := '%s/live/' & $states.input.config & '/';
    $keys := [$states.result.Contents.Key];
    $own := $filter($keys, function($key) { $contains($key, $place & $states.input.candidate & '/') });
    $others := $filter($keys, function($key) { $not($key in [$own]) and $key != $place & 'features.json' });
    $gone := $count($others) > 0 ? [$own] : $keys;
    {'arn': $states.input.arn, 'objects': [$map($gone, function($key) {{'Key': $key}})]}
)"""


_DESCRIBED = """(
    $told := [$map($states.result.ModelPackageSummaryList, function($one) { $one.ModelPackageDescription & '' })];
    $says := function($description) { $contains($description, '/live/') };
    $states.result.NextToken & '' = '' and $count([$filter($told, $says)]) = $count($told) ? $join($told, '\\n') : ''
)"""


def prune_states(names: Names, workload: Workload, *, most_configs: int, then: str, unknown: str) -> States:
    """After the stale configs are gone, if all configs are known; the newest hundred versions are looked at.

    Sets `whole`, whether all configs are known, and `described`, where the artifacts of all versions are: nothing if
    not all of them say it. `unknown` if the versions cannot be listed.
    """
    old = f"""$count($found) >= {most_configs} ? []
        : [$filter([$states.result.ModelPackageSummaryList.ModelPackageArn], function($arn, $index) {{
            $index >= {workload.registry.keep}
        }})]"""
    return {
        "List versions": sdk(
            "sagemaker",
            "listModelPackages",
            {
                "ModelPackageGroupName": names.prefix,
                "SortBy": "CreationTime",
                "SortOrder": "Descending",
                "MaxResults": 100,
            },
            catch=[caught(unknown)],
            assign={
                "whole": q(f"$count($found) < {most_configs}"),
                "described": q(_DESCRIBED),
                "old": q(old),
                "guarded": q("[$each($pointer.packages, function($arn) { $arn })]"),
                "remaining": q("[$filter([$configs.name], function($name) { $not($name in [$stale.name]) })]"),
            },
            then="Remove old versions",
        ),
        "Remove old versions": each("$old", _removal(workload), then=then, at_once=1, catch=[caught(then)]),
    }


def _removal(workload: Workload) -> States:
    item = "{% $states.input %}"
    return {
        "Read version": sdk(
            "sagemaker",
            "describeModelPackage",
            {"ModelPackageName": item},
            output=q(_VERSION % (workload.registry.timeout_seconds * 1_000)),
            then="Does version stay?",
        ),
        "Does version stay?": choose((" ".join(_STAYS.split()), "Keep version"), otherwise="List artifacts"),
        "Keep version": compute(then=None),
        "List artifacts": sdk(
            "s3",
            "listObjectsV2",
            {"Bucket": "${Bucket}", "Prefix": q(f"'{workload.name}/live/' & $states.input.config & '/'")},
            output=q(_OBJECTS % workload.name),
            then="Are there artifacts?",
        ),
        "Are there artifacts?": choose(
            ("$count($states.input.objects) > 0", "Remove artifacts"), otherwise="Remove version"
        ),
        "Remove artifacts": sdk(
            "s3",
            "deleteObjects",
            {"Bucket": "${Bucket}", "Delete": {"Objects": "{% $states.input.objects %}", "Quiet": True}},
            output=item,
            then="Remove version",
        ),
        "Remove version": sdk(
            "sagemaker", "deleteModelPackage", {"ModelPackageName": "{% $states.input.arn %}"}, then=None
        ),
    }
