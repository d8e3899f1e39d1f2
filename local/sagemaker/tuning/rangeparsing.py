"""Ranges of hyperparameters as requests write them: read and checked.

https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-define-ranges.html
"""

import math
from collections.abc import Iterator

from local.sagemaker.errors import validation
from local.sagemaker.store import Record
from local.sagemaker.tuning.ranges import CategoricalRange, ContinuousRange, IntegerRange, Range, number

_MOST = 30
_AUTO_LOGARITHMIC = 100  # Auto searches a range of two orders of magnitude or more on a logarithmic scale
_LARGEST_INTEGER = 2**53


def parse(ranges: Record) -> list[Range]:
    """Return the ranges of a ParameterRanges.

    Raises:
        AwsError: a range that cannot be searched, a name given twice, none or too many.
    """
    found = list(_parsed(ranges))
    names = [item.name for item in found]
    if not found:
        raise validation("Provide at least one hyperparameter range to tune.")
    if len(found) > _MOST:
        raise validation(f"You can tune at most {_MOST} hyperparameters; {len(found)} ranges were provided.")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise validation(f"The hyperparameter ranges contain duplicate hyperparameter names: {twice}.")
    return found


def _parsed(ranges: Record) -> Iterator[Range]:
    for item in ranges.get("IntegerParameterRanges", []):
        yield _integer(item)
    for item in ranges.get("ContinuousParameterRanges", []):
        yield _continuous(item)
    for item in ranges.get("CategoricalParameterRanges", []):
        if len(item["Values"]) != len(set(item["Values"])):
            raise validation(f"The values of the categorical hyperparameter [{item['Name']}] must be distinct.")
        yield CategoricalRange(name=item["Name"], values=tuple(item["Values"]))


def _integer(item: Record) -> Range:
    low, high = _bounds(item)
    if not (low.is_integer() and high.is_integer()):
        raise validation(f"MinValue and MaxValue of the integer hyperparameter [{item['Name']}] must be integers.")
    if max(abs(low), abs(high)) > _LARGEST_INTEGER:
        raise validation(f"The range of the hyperparameter [{item['Name']}] is too wide to be searched.")
    if item.get("ScalingType") == "ReverseLogarithmic":
        raise validation(
            f"ReverseLogarithmic scaling is not supported for the integer hyperparameter [{item['Name']}]."
            " It is supported only for continuous hyperparameters."
        )
    return IntegerRange(name=item["Name"], low=int(low), high=int(high), logarithmic=_logarithmic(item, low, high))


def _continuous(item: Record) -> Range:
    low, high = _bounds(item)
    reverse = item.get("ScalingType") == "ReverseLogarithmic"
    if reverse and not (low >= 0 and high < 1):
        raise validation(
            f"ReverseLogarithmic scaling works only for ranges that are entirely within the range 0<=x<1.0:"
            f" hyperparameter [{item['Name']}] has [{item['MinValue']}, {item['MaxValue']}]."
        )
    return ContinuousRange(
        name=item["Name"], low=low, high=high, logarithmic=_logarithmic(item, low, high), reverse=reverse
    )


def _logarithmic(item: Record, low: float, high: float) -> bool:
    scaling = item.get("ScalingType", "Auto")
    if scaling == "Logarithmic" and low <= 0:
        raise validation(
            f"Logarithmic scaling works only for ranges that have only values greater than 0:"
            f" hyperparameter [{item['Name']}] has [{item['MinValue']}, {item['MaxValue']}]."
        )
    return scaling == "Logarithmic" or (scaling == "Auto" and low > 0 and high / low >= _AUTO_LOGARITHMIC)


def _bounds(item: Record) -> tuple[float, float]:
    low, high = number(item["MinValue"]), number(item["MaxValue"])
    if low is None or high is None:
        raise validation(
            f"MinValue and MaxValue of the hyperparameter [{item['Name']}] must be numbers:"
            f" [{item['MinValue']}, {item['MaxValue']}]."
        )
    if not math.isfinite(high - low):
        raise validation(f"The range of the hyperparameter [{item['Name']}] is too wide to be searched.")
    if low > high:
        raise validation(
            f"MinValue [{item['MinValue']}] of the hyperparameter [{item['Name']}] must be less than or equal to"
            f" MaxValue [{item['MaxValue']}]."
        )
    return low, high
