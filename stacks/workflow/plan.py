"""First states of a run: refuse a wrong input with every reason at once, else plan and record the plan.

After them the variables `settings` (the workload), `plan` (plan.json), `config` (the endpoint config to be),
`run` and `live` (S3 keys of this run), and those that the last states look at are set.
"""

from collections.abc import Mapping
from typing import Any

from spec.overrides import input_rules
from spec.workload import Workload
from stacks.workflow.asl import States, choose, compute, fail, q, sdk
from stacks.workflow.compare import NOT_COMPARED
from stacks.workflow.input_rules import problems
from stacks.workflow.names import Names
from stacks.workflow.overrides import MERGING


def plan_states(names: Names, workload: Workload, settings: Mapping[str, Any], *, then: str) -> States:
    """From the execution's input to a recorded plan."""
    return {
        "Read workload": compute({"settings": settings, "rules": _rules(workload)}, then="Check input"),
        "Check input": compute({"problems": problems(), "rules": {}}, then="Is input valid?"),
        "Is input valid?": choose(("$problems = ''", "Plan"), otherwise="Refuse input"),
        "Refuse input": fail("InvalidInput", "$substring($problems, 1)"),
        "Plan": compute(_variables(names, workload), then="Record plan"),
        "Record plan": sdk(
            "s3",
            "putObject",
            {
                "Bucket": "${Bucket}",
                "Key": q("$run & '/plan.json'"),
                "ContentType": "application/json",
                "Body": q("$plan"),
            },
            then=then,
        ),
    }


def _rules(workload: Workload) -> Mapping[str, Any]:
    own = f"s3://${{Bucket}}/{workload.name}/"
    return input_rules(workload, [own, *([workload.data.uri] if workload.data.uri else [])])


def _variables(names: Names, workload: Workload) -> dict[str, Any]:
    return {
        "plan": q(_PLAN),
        "weights": q(_WEIGHTS),
        "machines": q(_MACHINES),
        "config": q(names.config),
        "live": q(f"'{workload.name}/live/' & {names.config}"),
        "run": q(f"'{workload.name}/runs/' & $states.context.Execution.Name"),
        "results": [],
        **NOT_COMPARED,
        "passed": [],
        "previous": "",
        "leased": False,
        "failure": {"Error": "", "Cause": ""},
    }


_PLAN = f"""(
    $in := $states.context.Execution.Input;
    {MERGING}
    $bounds := $exists($in.gate.min) or $exists($in.gate.max)
        ? $sift($settings.gate, function($value, $name) {{ $name = 'no_worse_than_live' }}) : $settings.gate;
    $merge([
        {{
            'workload': $settings.workload,
            'task': $settings.task,
            'execution': $states.context.Execution.Name,
            'layout': $settings.layout,
            'data': $merge([$settings.data, $in.data]),
            'prepare': $settings.prepare,
            'candidates': $merge([$map($chosen(), function($name) {{{{$name: $planned($name)}}}})]),
            'gate': $merge([{{'metric': $settings.gate.metric}}, $bounds, $in.gate])
        }},
        $exists($settings.horizon) ? {{'horizon': $settings.horizon}} : {{}}
    ])
)"""

_WEIGHTS = """$merge([
    $each($settings.candidates, function($candidate, $name) {{$name: $candidate.weight}}),
    $states.context.Execution.Input.weights
])"""

_MACHINES = """(
    $given := $states.context.Execution.Input.endpoint.instance;
    $merge([
        $exists($given.type) ? {'InstanceType': $given.type} : {},
        $exists($given.count) ? {'InitialInstanceCount': $given.count} : {}
    ])
)"""
