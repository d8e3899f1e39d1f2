"""What one data set goes through: each candidate in turn trains, scores and is judged, and leaves no model behind.

These states are those of an execution of its own, which sees nothing of its parent but its input.
"""

from collections.abc import Mapping

from stacks.workflow.asl import State, States, caught, choose, compute, each, fail, merged, q, sdk
from stacks.workflow.candidate import (
    CANDIDATES,
    LACKING,
    METRICS,
    REASON,
    evaluation_states,
    model_states,
    training_states,
)
from stacks.workflow.names import Names

NO_RESULT = "No candidate could be judged. "
"""Begins the reasons in what AWS tells of an error in an expression."""

_SETTINGS = """$merge([$states.input.settings, {'tags':
    $append($states.input.settings.tags, [{'Key': 'trainyard:data-set', 'Value': $states.input.data_set.id}])
}])"""

_REASONS = f"""'{NO_RESULT}' & $join([$map($results, function($one) {{ $one.name & ': ' & $one.error }})], '\\n')"""

_JUDGED = {"metrics": q(METRICS), "why": q(LACKING)}

_REDRIVES = "$states.context.Execution.RedriveCount & ''"


def data_set_states(names: Names, *, pictures: bool) -> States:
    """Fails where not one candidate could be judged, so that Step Functions counts it."""
    return {
        "Take data set": compute(
            {
                "data_set": "{% $states.input.data_set %}",
                "plan": "{% $states.input.plan %}",
                "settings": q(_SETTINGS),
                "run": q("$states.input.run & '/fan-out/data-sets/' & $states.input.data_set.id"),
                "results": [],
            },
            then="Can it be used?",
        ),
        "Can it be used?": choose(("$data_set.error = ''", "Try candidates"), otherwise="Refuse data set"),
        "Refuse data set": fail("DataSetRefused", "$data_set.error"),
        # In turn: the fan-out's concurrency is the number of jobs at once, which is what AWS's quotas count.
        "Try candidates": each(
            CANDIDATES,
            _candidate_states(names, {} if pictures else {"PICTURES": "none"}),
            then="Is there a result?",
            at_once=1,
            Assign={"results": q("[$states.result]")},
        ),
        "Is there a result?": choose(
            ("$count([$filter($results, function($one) { $one.error = '' })]) > 0", "Report data set"),
            otherwise="Tell reasons",
        ),
        "Tell reasons": compute({"reasons": q(_REASONS), "redrives": q(_REDRIVES)}, then="Fail data set"),
        "Fail data set": compute(
            {"results": q(f"$redrives = ({_REDRIVES}) ? $error($reasons) : []")},
            then="Try candidates",
            comment="A redrive begins where it failed: here, so that it tries again; a Fail would only fail again",
        ),
        "Report data set": compute(
            output={"data_set": "{% $data_set.id %}", "candidates": "{% $results %}"}, then=None
        ),
    }


def _candidate_states(names: Names, evaluation: Mapping[str, str]) -> States:
    failed: list[State] = [caught("Record failure", {"why": q(REASON)})]
    return merged(
        {
            "Take candidate": compute(
                {"candidate": "{% $states.input %}", "model": "", "artifact": "", "metrics": {}, "why": ""},
                then="Train or tune?",
            ),
            "Train or tune?": choose(("$exists($candidate.tuning)", "Tune"), otherwise="Train"),
        },
        training_states(names, failed, then="Create model"),
        model_states(names, "$artifact"),
        evaluation_states(
            names, failed, evaluation, assign={"metrics": q(METRICS), "why": q(LACKING)}, then="Is there a model?"
        ),
        {
            "Record failure": compute(then="Is there a model?"),
            "Is there a model?": choose(("$model != ''", "Delete model"), otherwise="Report candidate"),
            "Delete model": sdk(
                "sagemaker",
                "deleteModel",
                {"ModelName": "{% $model %}"},
                catch=[caught("Report candidate")],
                then="Report candidate",
            ),
            "Report candidate": compute(
                output={
                    "name": "{% $candidate.name %}",
                    "metrics": "{% $metrics %}",
                    "error": "{% $why %}",
                    "artifact": "{% $artifact %}",
                },
                then=None,
            ),
        },
    )
