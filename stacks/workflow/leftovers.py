"""What nobody refers to: models and artifacts of runs that were cut off, or that could not remove their own.

A model belongs to a config, or to a run that is still going: its name is a hash of the run's name, so that a list of
the runs that go on tells which are theirs. Artifacts in `live/` belong to a config, to a version in the registry, or
to such a run. Whatever else has a name as runs give it is removed, a bounded number at a time; a run that failed can
be redriven until then. Only when all configs are known, and artifacts only when every version says where its own are.
"""

from collections.abc import Sequence

from spec.workload import Workload
from stacks.workflow.asl import State, States, caught, choose, compute, each, merged, q, sdk
from stacks.workflow.listing import listing_states
from stacks.workflow.names import HASH_LENGTH, Names, Run, digest

MOST = 40
"""Models, and folders of artifacts, that one run removes."""

_RUN = Run(name="$run.Name", retries="'0'", redrives="$redrive")
_MACHINES = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:"

_GOING = """$append(
    [{'Name': $states.context.Execution.Name, 'RedriveCount': $states.context.Execution.RedriveCount}],
    [$states.result.Executions.{'Name': Name, 'RedriveCount': RedriveCount > 0 ? RedriveCount : 0}]
)"""


def leftover_states(names: Names, workload: Workload, *, then: str) -> States:
    """From `Are all configs known?`; a failure is left for the next run."""
    lost = [caught(then)]
    after_runs = "List fan-outs" if workload.fan_out else "Remove left models"
    return merged(
        {"Are all configs known?": choose(("$whole", "List models"), otherwise=then)},
        _model_states(names, lost, then="List live folders"),
        {
            "List live folders": sdk(
                "s3",
                "listObjectsV2",
                {"Bucket": "${Bucket}", "Prefix": f"{workload.name}/live/", "Delimiter": "/"},
                catch=lost,
                assign={"folders": q(_folders(names))},
                then="List runs",
            ),
            "List runs": _running(names.prefix, {"going": q(_GOING)}, then=after_runs, catch=lost),
        },
        _fan_out_states(names, workload, lost),
        _removal_states(names, workload, lost, then=then),
    )


def _model_states(names: Names, lost: Sequence[State], *, then: str) -> States:
    """Sets `loose`, the models without a config; they are looked for before the runs, who make more meanwhile."""
    return listing_states(
        "models",
        "Are those all models?",
        names,
        action="listModels",
        name="Models.ModelName",
        ours=f"$contains($name, {names.model_pattern}) and $not($name in [$configs.models])",
        into="loose",
        more=f"$count($loose) < 3 * {MOST}",
        catch=lost,
        then=then,
    )


def _running(machine: str, assign: dict[str, str], *, then: str, catch: Sequence[State]) -> State:
    wanted = {"StateMachineArn": f"{_MACHINES}{machine}", "StatusFilter": "RUNNING", "MaxResults": 1_000}
    return sdk("sfn", "listExecutions", wanted, catch=catch, assign=assign, then=then)


def _fan_out_states(names: Names, workload: Workload, lost: Sequence[State]) -> States:
    """Step Functions names the executions of data sets, so while one goes on no model is anybody's."""
    if not workload.fan_out:
        return {}
    none = {"loose": q("$count([$states.result.Executions]) > 0 ? [] : $loose")}
    return {"List fan-outs": _running(names.machine("fan-out"), none, then="Remove left models", catch=lost)}


def _removal_states(names: Names, workload: Workload, lost: Sequence[State], *, then: str) -> States:
    place = f"{workload.name}/live/"
    return {
        "Remove left models": each(
            _left("loose", names),
            {
                "Remove left model": sdk(
                    "sagemaker",
                    "deleteModel",
                    {"ModelName": "{% $states.input %}"},
                    catch=[caught("Left model stays")],
                    then=None,
                ),
                "Left model stays": compute(then=None, comment="It went meanwhile, or is one for the next run"),
            },
            at_once=2,
            catch=lost,
            then="Remove left artifacts",
        ),
        "Remove left artifacts": each(
            _left("folders", names),
            {
                "List left artifacts": sdk(
                    "s3",
                    "listObjectsV2",
                    {"Bucket": "${Bucket}", "Prefix": q(f"'{place}' & $states.input & '/'")},
                    output=q("[$states.result.Contents.{'Key': Key}]"),
                    then="Delete left artifacts",
                ),
                "Delete left artifacts": sdk(
                    "s3",
                    "deleteObjects",
                    {"Bucket": "${Bucket}", "Delete": {"Objects": "{% $states.input %}", "Quiet": True}},
                    then=None,
                ),
            },
            at_once=2,
            catch=lost,
            then=then,
        ),
    }


def _folders(names: Names) -> str:
    """JSONata: configs whose artifacts are there, though neither config nor version is."""
    return f"""$described = '' ? [] : [$filter(
        [$map($states.result.CommonPrefixes.Prefix, function($prefix) {{
            $substringBefore($substringAfter($prefix, '/live/'), '/')
        }})],
        function($name) {{
            $contains($name, {names.config_pattern}) and $not($name in [$configs.name])
                and $not($contains($described, $name))
        }}
    )]"""


def _left(variable: str, names: Names) -> str:
    """JSONata: those names of a list that no run that goes on has given; between prefix and hash is a candidate."""
    begin = len(names.prefix) + 1
    part = f"$substring($name, {begin}, $length($name) - {begin + HASH_LENGTH + 1})"
    made = digest(part, of_try=False, run=_RUN) if variable == "loose" else digest("''", run=_RUN)
    return f"""[$filter([$filter(${variable}, function($name) {{
        $count([$filter($going, function($run) {{
            $substring($name, -{HASH_LENGTH}) in [$map([0..$run.RedriveCount], function($redrive) {{ {made} }})]
        }})]) = 0
    }})], function($name, $number) {{ $number < {MOST} }})]"""
