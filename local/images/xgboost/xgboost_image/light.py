"""XGBoost imported alone. It imports pandas and scikit-learn where they are installed, which scripts need and the
algorithm does not: three of the four seconds that a job would take to start.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hidden(*names: str) -> Iterator[None]:
    """Let imports of modules that are not loaded yet fail, as if they were not installed."""
    absent = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]  # None is how Python notes "not to be found"
    try:
        yield
    finally:
        shown(*absent)


def shown(*names: str) -> None:
    """Let hidden modules be imported again: scikit-learn looks for a pandas that is noted as absent."""
    for name in names:
        if sys.modules.get(name, sys) is None:
            del sys.modules[name]


@contextmanager
def xgboost_alone() -> Iterator[None]:
    """Work without pandas, which pyarrow would import too; scikit-learn is there once XGBoost has been imported."""
    with hidden("pandas"):
        with hidden("sklearn"):
            import xgboost  # noqa: F401
        yield
