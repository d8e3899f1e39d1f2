import pytest

from local.cloudwatch.expressions import ExpressionError, Series, evaluate, names

pytestmark = pytest.mark.unit

TIMES = (0, 60, 120)
KNOWN: dict[str, Series] = {"a": {0: 1.0, 60: 4.0}, "b": {60: 2.0, 120: 8.0}, "none": {}}


@pytest.mark.parametrize(
    ("expression", "made"),
    [
        ("a + b", {60: 6}),
        ("FILL(a, 0) + FILL(b, 0)", {0: 1, 60: 6, 120: 8}),
        ("FILL(none, 0)", {0: 0, 60: 0, 120: 0}),
        ("FILL(a, b)", {0: 1, 60: 4, 120: 8}),
        ("100 * a / 4", {0: 25, 60: 100}),
        ("a / FILL(none, 0)", {}),
        ("MAX([a, b])", {0: 1, 60: 4, 120: 8}),
        ("SUM([a, b])", {0: 1, 60: 6, 120: 8}),
        ("SUM(METRICS())", {0: 1, 60: 6, 120: 8}),
        ("MAX(FILL([a, b], 5))", {0: 5, 60: 4, 120: 8}),
        ("a - MIN(a)", {0: 0, 60: 3}),
        ("IF(a > 2, 10, a)", {0: 1, 60: 10}),
        ("IF(FILL(none, 0) > 0, 1, 0)", {0: 0, 60: 0, 120: 0}),
        ("IF(a > 0 AND b > 0, a)", {60: 4}),
        ("a ^ 2", {0: 1, 60: 16}),
        ("-a", {0: -1, 60: -4}),
    ],
)
def test_expressions_compute_as_metric_math_does(expression: str, made: Series) -> None:
    assert evaluate(expression, KNOWN, TIMES) == made


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ("a +", "invalid syntax"),
        ("c", "knows a, b, none, FILL"),
        ("SEARCH('{AWS/SageMaker}', 'Sum')", "knows a, b"),
        ("[a, b]", "makes 2 series"),
        ("FILL(a)", "does not take such arguments"),
        ("__import__('os')", "knows a, b"),
    ],
)
def test_what_cannot_be_computed_is_refused(expression: str, complaint: str) -> None:
    with pytest.raises(ExpressionError, match=complaint):
        evaluate(expression, KNOWN, TIMES)


def test_an_expression_names_what_it_needs() -> None:
    assert names("FILL(a, 0) + e1") >= {"a", "e1"}
