"""A tuning as the workload says it, and as SageMaker's tuning job wants it.

Budget and ranges stay in the words of the file until the job is made, since a run may say otherwise.
"""

from typing import Any

from spec.tuning import Tuning


def tuned(tuning: Tuning) -> dict[str, Any]:
    """What a run may change."""
    ranges = {name: searched.model_dump(mode="json") for name, searched in tuning.ranges.items()}
    return {"max_jobs": tuning.jobs, "max_parallel_jobs": tuning.max_parallel_jobs, "ranges": ranges}


def search(tuning: Tuning, *, seed: int) -> dict[str, Any]:
    """What it may not, of HyperParameterTuningJobConfig; Hyperband stops early by itself and refuses to be told."""
    return {
        "Strategy": tuning.strategy,
        "HyperParameterTuningJobObjective": {"Type": tuning.direction, "MetricName": tuning.objective},
        "TrainingJobEarlyStoppingType": "Off" if tuning.strategy in ("Hyperband", "Grid") else "Auto",
        "RandomSeed": seed % 2**31,
    }


CONFIG = """(
    $ranges := $candidate.tuning.ranges;
    $kind := function($group, $member, $fields) {(
        $found := [$each($ranges, function($range, $name) {
            $exists($lookup($range, $member)) ? $merge([{'Name': $name}, $fields($range)])
        })];
        $count($found) > 0 ? {$group: $found} : {}
    )};
    $ends := function($bounds, $scaling) {{
        'MinValue': $string($bounds[0]),
        'MaxValue': $string($bounds[1]),
        'ScalingType': $exists($scaling) ? $scaling : 'Auto'
    }};
    $merge([$candidate.search, {
        'ResourceLimits': {
            'MaxNumberOfTrainingJobs': $candidate.tuning.max_jobs,
            'MaxParallelTrainingJobs': $candidate.tuning.max_parallel_jobs
        },
        'ParameterRanges': $merge([
            $kind('IntegerParameterRanges', 'integer', function($range) { $ends($range.integer, $range.scaling) }),
            $kind('ContinuousParameterRanges', 'continuous', function($range) {
                $ends($range.continuous, $range.scaling)
            }),
            $kind('CategoricalParameterRanges', 'categorical', function($range) {
                {'Values': [$map($range.categorical, function($value) { $string($value) })]}
            })
        ])
    }])
)"""
"""JSONata: the whole of HyperParameterTuningJobConfig."""
