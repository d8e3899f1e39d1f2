"""The state machine of a fan-out: many data sets, each with models of its own, one table of results.

plan -> divide -> (each data set: train -> create model -> score -> evaluate -> delete model) -> collect -> done

Nothing is deployed, and nothing is caught but what a candidate meets: a fan-out that failed is redriven, and the map
then runs again only those data sets that have no result.
"""

from collections.abc import Mapping
from typing import Any

from spec.fan_out import FanOut
from spec.workload import Workload
from stacks.fan_out.data_set import data_set_states
from stacks.fan_out.plan import fan_out_plan_states
from stacks.fan_out.settings import fan_out_settings, taking_part
from stacks.workflow.asl import HOUR, State, job, merged, q, sdk
from stacks.workflow.names import Names, digest
from stacks.workflow.prepare import RUN, processing, source, target

LABEL = "DataSets"
LONGEST = 30 * 24 * HOUR
PLACE = f"{RUN} & '/fan-out"

_OUTPUT = {
    "workload": "{% $plan.workload %}",
    "results": q(f"{PLACE}/results.csv'"),
    "results_jsonl": q(f"{PLACE}/results.jsonl'"),
    "summary": "{% $parse($states.result.Body) %}",
}


def definition(*, names: Names, workload: Workload, fan_out: FanOut, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The state machine; `${...}` stands for what only the deployment knows."""
    workload = taking_part(workload, fan_out)
    own = fan_out_settings(workload, fan_out, settings)
    states = merged(
        fan_out_plan_states(names, workload, fan_out, own, then="Divide"),
        {
            "Divide": _divide(names),
            "Try data sets": _map(names, pictures=fan_out.pictures),
            "Collect": _collect(names),
            "Read summary": sdk(
                "s3",
                "getObject",
                {"Bucket": "${Bucket}", "Key": q("$run & '/fan-out/summary.json'")},
                output=_OUTPUT,
                then=None,
            ),
        },
    )
    return {
        "Comment": f"Trains and judges {workload.name} on each data set of its own",
        "QueryLanguage": "JSONata",
        "StartAt": next(iter(states)),
        "TimeoutSeconds": LONGEST,
        "States": states,
    }


def _divide(names: Names) -> State:
    arguments = processing(
        name=_name(names, "divide"),
        command="divide",
        inputs=[source("plan", f"{RUN} & '/plan.json'"), source("data", "$plan.data.uri")],
        outputs=[target("data-sets", f"{PLACE}/data-sets'"), target("manifest", f"{PLACE}'")],
    )
    return job("createProcessingJob", arguments, timeout=6 * HOUR, then="Try data sets")


def _map(names: Names, *, pictures: bool) -> State:
    """A Distributed Map: children are executions, so neither events nor variables add up over the data sets.

    https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
    """
    states = data_set_states(names, pictures=pictures)
    service = "arn:${AWS::Partition}:states:::s3"
    return {
        "Type": "Map",
        "Label": LABEL,
        "ItemReader": {
            "Resource": f"{service}:getObject",
            "ReaderConfig": {"InputType": "JSONL"},
            "Arguments": {"Bucket": "${Bucket}", "Key": q("$run & '/fan-out/manifest.jsonl'")},
        },
        "ItemSelector": {
            "data_set": "{% $states.context.Map.Item.Value %}",
            "plan": "{% $plan %}",
            "settings": "{% $settings %}",
            "run": "{% $run %}",
        },
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": next(iter(states)),
            "States": states,
        },
        "MaxConcurrency": "{% $concurrency %}",
        "ToleratedFailurePercentage": "{% $tolerated %}",
        "ResultWriter": {
            "Resource": f"{service}:putObject",
            "Arguments": {"Bucket": "${Bucket}", "Prefix": q("$run & '/fan-out/map'")},
            "WriterConfig": {"Transformation": "NONE", "OutputType": "JSON"},
        },
        "Assign": {"written": q("$replace($states.result.ResultWriterDetails.Key, 'manifest.json', '')")},
        "Output": {},
        "Next": "Collect",
    }


def _collect(names: Names) -> State:
    arguments = processing(
        name=_name(names, "collect"),
        command="collect",
        inputs=[
            source("plan", f"{RUN} & '/plan.json'"),
            source("manifest", f"{PLACE}/manifest.jsonl'"),
            source("results", "'s3://${Bucket}/' & $written"),
        ],
        outputs=[target("collected", f"{PLACE}'")],
    )
    return job("createProcessingJob", arguments, timeout=2 * HOUR, then="Read summary")


def _name(names: Names, command: str) -> str:
    part = f"'{command}'"
    return f"'{names.prefix}-{command}-' & {digest(part)}"
