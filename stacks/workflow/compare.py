"""Compare: what serves now is scored on this run's test set, so that the gate may ask for something no worse.

Only where both have the same schema; and whatever prevents it (nothing serves, a model that cannot be scored any
more) fails no run: `comparison` says why, and the gate judges by its bound alone. The lease is not held, so what
serves may change meanwhile; a model that was removed is then one that cannot be scored.
"""

from typing import Any

from stacks.workflow.asl import HOUR, States, caught, choose, compute, each, job, q, sdk
from stacks.workflow.candidate import METRICS, REASON, TEST, scoring
from stacks.workflow.names import Names
from stacks.workflow.prepare import PREPARED, RUN, processing, source, target
from stacks.workflow.settings import ACCEPT

NOT_COMPARED = {"rivals": [], "comparison": ""}
"""What the run starts with: no rows of live models, no reason why there are none."""

_WANTED = """$type($plan.gate.no_worse_than_live) = 'object'
    and $count([$filter($results, function($result) { $result.error = '' })]) > 0"""

_AT_ONCE = 4
_NAME = "$rival.name"
_PLACE = f"{RUN} & '/compared/' & {_NAME}"

_SERVED = "$states.result.Parameters ? $parse($states.result.Parameters[0].Value) : {}"

_FEATURES = """(
    $features := $parse($states.result.Body);
    {'schema': $features.schema_hash, 'decoders': $features.decoders}
)"""

_SAME = """$parse($states.result.Body).schema_hash = $known.schema
    ? '' : 'the data has another schema than that of the models that serve'"""


def _rivals() -> str:
    """JSONata: the live models, each with what its transform accepts, by the decoder that it was deployed with."""
    accepts = {f"{form} {output}": accept for (form, output), accept in ACCEPT.items()}
    return f"""[$each($served.models, function($model, $name) {{(
        $decoder := $lookup($known.decoders, $name);
        $accept := $lookup({accepts}, $decoder.format & ' ' & $decoder.output);
        {{'name': $name, 'model': $model, 'accept': $accept ? $accept : 'text/csv'}}
    )}})]"""


def compare_states(names: Names, *, then: str) -> States:
    """Sets `rivals`, a row for each live model, and `comparison`, why nothing could be compared."""
    return {
        "Compare with live?": choose((" ".join(_WANTED.split()), "Find live models"), otherwise=then),
        "Find live models": sdk(
            "ssm",
            "getParameters",
            {"Names": [names.pointer]},
            catch=[_skipped(then)],
            assign={"served": q(_SERVED), "comparison": q("$states.result.Parameters ? '' : 'nothing serves yet'")},
            then="Does anything serve?",
        ),
        "Does anything serve?": choose(("$comparison = ''", "Read live features"), otherwise=then),
        "Read live features": sdk(
            "s3",
            "getObject",
            {"Bucket": "${Bucket}", "Key": "{% $served.features %}"},
            catch=[_skipped(then)],
            assign={"known": q(_FEATURES)},
            then="Read features",
        ),
        "Read features": sdk(
            "s3",
            "getObject",
            {"Bucket": "${Bucket}", "Key": q("$run & '/prepared/features.json'")},
            catch=[_skipped(then)],
            assign={"comparison": q(_SAME)},
            then="Is it the same schema?",
        ),
        "Is it the same schema?": choose(("$comparison = ''", "Try live models"), otherwise=then),
        "Try live models": each(
            _rivals(),
            _trial(names),
            at_once=_AT_ONCE,
            then=then,
            catch=[_skipped(then)],
            Assign={"rivals": q("[$states.result]")},
        ),
    }


def _trial(names: Names) -> States:
    failed = [caught("Record live failure", {"trouble": q(REASON)})]
    return {
        "Take live model": compute({"rival": "{% $states.input %}"}, then="Score live model"),
        "Score live model": job(
            "createTransformJob", _scoring(names), timeout=2 * HOUR, catch=failed, then="Evaluate live model"
        ),
        "Evaluate live model": job(
            "createProcessingJob", _evaluation(names), timeout=2 * HOUR, catch=failed, then="Read live metrics"
        ),
        "Read live metrics": sdk(
            "s3",
            "getObject",
            {"Bucket": "${Bucket}", "Key": q(f"$run & '/compared/' & {_NAME} & '/evaluation/metrics.json'")},
            catch=failed,
            output={"name": q(_NAME), "metrics": q(METRICS), "error": ""},
            then=None,
        ),
        "Record live failure": compute(output={"name": q(_NAME), "metrics": {}, "error": "{% $trouble %}"}, then=None),
    }


def _scoring(names: Names) -> dict[str, Any]:
    return scoring(
        name=names.rival(_NAME),
        model="$rival.model",
        accept="$rival.accept",
        output=f"{_PLACE} & '/scores'",
        features=TEST,
    )


def _evaluation(names: Names) -> dict[str, Any]:
    """By the features that it was deployed with: they alone know how to read an answer of a former candidate."""
    evaluate = processing(
        name=names.rival(_NAME),
        command="evaluate",
        inputs=[
            source("plan", f"{RUN} & '/plan.json'"),
            source("features", "'s3://${Bucket}/' & $served.features"),
            source("labels", f"{PREPARED} & '/test/'"),
            source("scores", f"{_PLACE} & '/scores/features.csv.out'"),
        ],
        outputs=[target("evaluation", f"{_PLACE} & '/evaluation'")],
    )
    return evaluate | {"Environment": {"CANDIDATE": q(_NAME)}}


def _skipped(then: str) -> dict[str, Any]:
    return caught(then, {"comparison": q(REASON)})
