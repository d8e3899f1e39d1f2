"""The cases: three models that our own images train, and HTTP without any.

What a case predicts is checked against the library itself, outside of any server.
"""

from collections.abc import Callable

from benchmarks.serving.cases import forest, http, mars, trees
from benchmarks.serving.cases.bench import Bench
from benchmarks.serving.contenders import Case

CASES: dict[str, Callable[[Bench], Case]] = {
    "sklearn": forest.case,
    "xgboost": trees.case,
    "r": mars.case,
    "http": http.case,
}

__all__ = ["CASES", "Bench"]
