"""Rules for one value and for the ranges of a tuning; the forms of a rule are told in `spec.overrides`."""

from collections.abc import Mapping
from typing import Any, get_args

from spec.base import Scalar
from spec.builtins import Hyperparameter
from spec.tuning import Scaling, Tuning

Rule = dict[str, Any]

SCALAR: Rule = {
    "anyOf": [{"type": "string", "maxLength": 2_500}, {"type": "number"}, {"type": "boolean"}],
    "allowed": "a text of at most 2500 characters, a number, or true or false",
}
"""A hyperparameter of an image or a script: whatever SageMaker carries."""

KINDS = ("integer", "continuous", "categorical")
FREE = Hyperparameter(type="continuous")


def leaf(facts: Hyperparameter, *, unit: str = "") -> Rule:
    """One value, by the facts about a hyperparameter: what `Hyperparameter.accepts` takes."""
    words: list[Scalar] = [*facts.values, *(["auto"] if facts.auto else [])]
    flags = [word == "true" for word in facts.values if word in ("true", "false")]
    options: list[Rule] = [{"enum": [*words, *flags]}] if words else []
    if facts.type == "text":
        options += [{"type": "string"}, {"type": "number"}]
    elif facts.type != "categorical":
        options.append(_numbers(facts, facts.type))
    shape = options[0] if len(options) == 1 else {"anyOf": options}
    return shape | {"allowed": facts.allowed + unit}


def ranges(tuning: Tuning, tunable: Mapping[str, Hyperparameter] | None, fixed: dict[str, Rule]) -> Rule:
    """Of each hyperparameter that can be tuned; any, where the algorithm is the workload's own."""
    kinds = ("categorical",) if tuning.strategy == "Grid" else KINDS
    known = {name: _range(facts, kinds, leaf(facts)) for name, facts in (tunable or {}).items()}
    named: Rule = {"type": "object", "properties": known | fixed, "allowed": "an object of names and ranges"}
    return (
        named
        if tunable is not None
        else named | {"additionalProperties": _range(FREE, kinds, SCALAR), "longestName": 256}
    )


def _range(facts: Hyperparameter, kinds: tuple[str, ...], one: Rule) -> Rule:
    fitting = [kind for kind in kinds if kind in (facts.type, "categorical") or facts.type == "continuous"]
    words = {
        "integer": "{integer: [a, b]}",
        "continuous": "{continuous: [a, b]}",
        "categorical": "{categorical: [...]}",
    }
    properties = {kind: _values(one) if kind == "categorical" else _ends(facts, kind) for kind in fitting}
    if fitting != ["categorical"]:
        properties["scaling"] = {"enum": list(get_args(Scaling)), "allowed": f"one of {', '.join(get_args(Scaling))}"}
    allowed = f"one of {', '.join(words[kind] for kind in fitting)}"
    return {"type": "object", "properties": properties, "oneOf": fitting, "allowed": allowed}


def _ends(facts: Hyperparameter, kind: str) -> Rule:
    item = _numbers(facts, kind) | {"allowed": facts.allowed if facts is not FREE else f"{kind} numbers"}
    return {"type": "array", "items": item, "minItems": 2, "maxItems": 2, "allowed": "[least, greatest]"}


def _values(one: Rule) -> Rule:
    return {"type": "array", "items": one, "minItems": 1, "maxItems": 30, "allowed": "a list of 1 to 30 values"}


def _numbers(facts: Hyperparameter, kind: str) -> Rule:
    bounds = {
        "minimum": facts.min,
        "maximum": facts.max,
        "exclusiveMinimum": facts.above,
        "exclusiveMaximum": facts.below,
    }
    given = {key: int(bound) if bound.is_integer() else bound for key, bound in bounds.items() if bound is not None}
    return {"type": "integer" if kind == "integer" else "number", **given}
