"""Arrays to bodies and back."""

from typing import Any

from framework.formats import CSV, JSON, NPY, decode, encode

__all__ = ["array_to_csv", "array_to_json", "array_to_npy", "csv_to_numpy", "decode", "encode", "json_to_numpy",
           "npy_to_numpy"]  # fmt: skip


def array_to_csv(values: Any) -> Any:
    """Return an array-like as CSV."""
    return encode(values, CSV)


def array_to_json(values: Any) -> Any:
    """Return an array-like as JSON."""
    return encode(values, JSON)


def array_to_npy(values: Any) -> Any:
    """Return an array-like in NumPy's own form."""
    return encode(values, NPY)


def csv_to_numpy(body: str | bytes, dtype: Any = None) -> Any:
    """Return the array of a CSV body."""
    return decode(body, CSV).astype(dtype) if dtype else decode(body, CSV)


def json_to_numpy(body: str | bytes, dtype: Any = None) -> Any:
    """Return the array of a JSON body."""
    return decode(body, JSON).astype(dtype) if dtype else decode(body, JSON)


def npy_to_numpy(body: bytes) -> Any:
    """Return the array of a body in NumPy's own form."""
    return decode(body, NPY)
