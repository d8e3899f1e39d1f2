"""First states of a batch: refuse a wrong input with every reason at once, else find out who answers.

After them the variables `settings`, `input` (where the files are), `on_bad_rows`, `attempt`, `place` (the batch's
folder), `pointer` (what is live) and `models` (the chosen variants, each with its model) are set.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from stacks.workflow.asl import States, caught, choose, compute, fail, merged, q, sdk
from stacks.workflow.names import Names

INPUT_KEYS = ("input", "variants", "on_bad_rows")
WORDS = ("live", "heaviest")
BAD_ROWS = ("fail", "skip")


def request_states(names: Names, settings: Mapping[str, Any], places: Sequence[str], *, then: str) -> States:
    """From the execution's input to the models; `places` are the beginnings that an input may have."""
    return merged(
        {
            "Read workload": compute({"settings": dict(settings)}, then="Check input"),
            "Check input": compute({"problems": q(_problems(places))}, then="Is input valid?"),
            "Is input valid?": choose(("$count($problems) = 0", "Plan"), otherwise="Refuse input"),
            "Refuse input": fail("InvalidInput", "$join($problems, '\\n')"),
            "Plan": compute(
                {
                    "input": q(_given("input")),
                    "variants": q(_given("variants")),
                    "on_bad_rows": q(_given("on_bad_rows")),
                    "attempt": 1,
                    "place": q(f"'{names.workload}/batch/' & $states.context.Execution.Name"),
                },
                then="Read pointer",
            ),
        },
        _live_states(names, then),
    )


def _live_states(names: Names, then: str) -> States:
    return {
        "Read pointer": sdk(
            "ssm",
            "getParameter",
            {"Name": names.pointer},
            catch=[caught("Nothing is live", errors=["Ssm.ParameterNotFoundException"])],
            assign={"pointer": q(_POINTER)},
            then="By weight?",
        ),
        "Nothing is live": fail("NothingLive", "'Nothing is live yet: a run has to deploy a model first.'"),
        "By weight?": choose(("$variants = 'heaviest'", "Read weights"), otherwise="Choose variants"),
        "Read weights": sdk(
            "sagemaker",
            "describeEndpoint",
            {"EndpointName": "{% $pointer.endpoint %}"},
            assign={"variants": q(_HEAVIEST)},
            then="Choose variants",
        ),
        "Choose variants": compute(
            {"models": q(_MODELS), "strangers": q(_STRANGERS)},
            then="Are they live?",
        ),
        "Are they live?": choose(("$count($strangers) = 0", then), otherwise="Refuse variants"),
        "Refuse variants": fail(
            "InvalidInput",
            "'variants: ' & $join($strangers, ', ') & ': not live; live are ' & $join([$keys($pointer.models)], ', ')",
        ),
    }


def _given(key: str) -> str:
    """JSONata: what the input says, or the workload."""
    said = f"$states.context.Execution.Input.{key}"
    return f"$exists({said}) ? {said} : $settings.batch.{key}"


_POINTER = """(
    $all := $parse($states.result.Parameter.Value);
    {'endpoint': $all.endpoint, 'features': $all.features, 'models': $all.models}
)"""

_HEAVIEST = """(
    $served := [$filter($states.result.ProductionVariants, function($one) {
        $exists($lookup($pointer.models, $one.VariantName))
    })];
    $most := $max($served.CurrentWeight);
    $first := [$filter($served, function($one) { $one.CurrentWeight = $most })][0];
    [$first.VariantName]
)"""

_CHOSEN = "$variants = 'live' ? [$keys($pointer.models)] : [$variants]"

_MODELS = f"""$merge([$map({_CHOSEN}, function($name) {{(
    $model := $lookup($pointer.models, $name);
    $exists($model) ? {{$name: $model}} : {{}}
)}})])"""

_STRANGERS = f"""[$filter({_CHOSEN}, function($name) {{ $not($exists($lookup($pointer.models, $name))) }})]"""


def _problems(places: Sequence[str]) -> str:
    """JSONata: one sentence for each thing that the input may not say."""
    begins = " or ".join(f"$substring($uri, 0, $length('{place}')) = '{place}'" for place in places)
    return f"""(
        $in := $states.context.Execution.Input;
        $unless := function($holds, $sentence) {{ $holds ? '' : $sentence }};
        $is := function($value, $kind) {{ $type($value) = $kind }};
        $uri := $exists($in.input) ? $string($in.input) : $settings.batch.input;
        $word := $is($in.variants, 'string') ? $in.variants in {_list(WORDS)} : false;
        $names := $is($in.variants, 'array') ? $count($in.variants) > 0
            and $count([$filter($in.variants, function($one) {{ $not($is($one, 'string')) }})]) = 0 : false;
        $sentences := $is($in, 'object') ? [
            [$map([$filter([$keys($in)], function($key) {{ $not($key in {_list(INPUT_KEYS)}) }})], function($key) {{
                $key & ': unknown, allowed: {", ".join(INPUT_KEYS)}'
            }})],
            $unless($uri != '', 'input: missing: say where the files are, as s3://bucket/prefix/'),
            $unless($uri = '' or {begins}, 'input: ' & $uri & ': must begin with {" or ".join(places)}'),
            $unless($not($exists($in.variants)) or $word or $names,
                'variants: ' & $string($in.variants) & ': must be {" or ".join(WORDS)}, or a list of live variants'),
            $unless($not($exists($in.on_bad_rows)) or $in.on_bad_rows in {_list(BAD_ROWS)},
                'on_bad_rows: ' & $string($in.on_bad_rows) & ': must be {" or ".join(BAD_ROWS)}')
        ] : ['the input must be an object with some of {", ".join(INPUT_KEYS)}'];
        [$filter($reduce($sentences, function($all, $one) {{ $append($all, $one) }}, []), function($sentence) {{
            $sentence != ''
        }})]
    )"""


def _list(words: Sequence[str]) -> str:
    return "[" + ", ".join(f"'{word}'" for word in words) + "]"
