"""Autotune: ranges that SageMaker chooses from an example value, and the end that it chooses.

AWS does not say how it chooses. Here a built-in algorithm's hyperparameter gets the range that AWS recommends for
it, another number one decade on both sides of the example, on a logarithmic scale.
"""

from local.sagemaker import builtin_metrics
from local.sagemaker.errors import validation
from local.sagemaker.store import Record

_DECADE = 10


def applied(config: Record, definition: Record) -> Record:
    """Return a tuning job's config with ranges in place of AutoParameters, and convergence as its end."""
    ranges = config.get("ParameterRanges", {})
    image = definition["AlgorithmSpecification"].get("TrainingImage", "")
    made: Record = {key: list(value) for key, value in ranges.items() if key != "AutoParameters"}
    for parameter in ranges.get("AutoParameters", []):
        member, chosen = _chosen(parameter, image)
        made.setdefault(member, []).append({"Name": parameter["Name"], **chosen})
    criteria = {"ConvergenceDetected": {"CompleteOnConvergence": "Enabled"}}
    return {
        **config,
        "ParameterRanges": made,
        "TuningJobCompletionCriteria": criteria | config.get("TuningJobCompletionCriteria", {}),
    }


def _chosen(parameter: Record, image: str) -> tuple[str, Record]:
    builtin = builtin_metrics.algorithm(image)
    known = builtin.tunable.get(parameter["Name"]) if builtin else None
    if known and known.kind == "categorical":
        return "CategoricalParameterRanges", {"Values": list(known.values)}
    if known:
        whole = known.kind == "integer"
        return _numbers(whole, known.low, known.high, "Auto")
    try:
        hint = float(parameter["ValueHint"])
        whole = parameter["ValueHint"].strip().lstrip("+-").isdigit()
    except ValueError:
        hint, whole = 0.0, False
    if not 0 < hint < float("inf"):
        raise validation(
            f"Autotune cannot choose a range for the hyperparameter [{parameter['Name']}] from the example value"
            f" [{parameter['ValueHint']}]: a number above 0 is needed. Provide a range."
        )
    low = max(1, hint // _DECADE) if whole else hint / _DECADE
    return _numbers(whole, low, hint * _DECADE, "Logarithmic")


def _numbers(whole: bool, low: float, high: float, scaling: str) -> tuple[str, Record]:
    member = "IntegerParameterRanges" if whole else "ContinuousParameterRanges"
    texts = [str(int(value)) if whole else repr(float(value)) for value in (low, high)]
    return member, {"MinValue": texts[0], "MaxValue": texts[1], "ScalingType": scaling}
