"""The shared library of this package's C. Images carry it; a process on a host has it made by the host's compiler."""

import ctypes
import hashlib
import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping
from ctypes import POINTER, Structure, c_char_p, c_int32, c_int64, c_void_p
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Where the images' Dockerfiles put it.
CARRIED = Path("/usr/lib/trainyard/compiled.so")
HERE = Path(__file__).parent
# No sum may be computed other than it stands there.
COMMAND = ("-O2", "-ffp-contract=off", "-shared", "-fPIC")
SECONDS = 60


class Unavailable(Exception):
    """There is no library, and no compiler that makes one."""


class ForestStruct(Structure):
    """`forest` of forest.h."""

    _fields_ = (
        *((name, c_void_p) for name in ("nodes", "roots", "depths", "targets")),
        *((name, c_void_p) for name in ("splits", "masked", "starts", "leaves")),
        *((name, c_void_p) for name in ("means", "votes", "base")),
        *((name, c_int32) for name in ("trees", "columns", "outputs")),
    )
    held: Mapping[str, NDArray[Any]]

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]], **counts: int) -> "ForestStruct":
        """Point to arrays, which live as long as whoever points to them; to those that are empty nothing points."""
        held = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
        struct = cls(**{name: array.ctypes.data for name, array in held.items() if array.size}, **counts)
        struct.held = held
        return struct


@cache
def load() -> ctypes.CDLL:
    """Return the library, made first where that is needed.

    Raises:
        Unavailable: it cannot be made or loaded.
    """
    try:
        library = ctypes.CDLL(str(CARRIED if CARRIED.is_file() else _made()))
    except (OSError, subprocess.SubprocessError) as error:
        raise Unavailable(f"no compiled library: {error}") from error
    given = POINTER(ForestStruct)
    for name in ("forest_mean", "forest_sum"):
        getattr(library, name).argtypes = (given, c_char_p, c_int64, c_void_p)
        getattr(library, name).restype = None
    for name in ("forest_mean_text", "forest_sum_text"):
        getattr(library, name).argtypes = (given, c_char_p, c_int64, c_int64, c_void_p)
        getattr(library, name).restype = c_int64
    library.forest_mean_lines.argtypes = (given, c_char_p, c_int64, c_int64, c_char_p, c_void_p, c_void_p, c_void_p)
    library.forest_mean_lines.restype = c_int64
    library.lines_write.argtypes = (c_char_p, c_int64, c_int32, c_char_p, c_void_p, c_void_p)
    library.lines_write.restype = c_int64
    return library


@lru_cache(maxsize=256)
def array(number: Any, count: int) -> Any:
    """Return a type of array; each array of it begins as zeros."""
    return number * count


def _made() -> Path:
    """Compile once for each state of the sources; processes that do so at once do not disturb each other."""
    sources = sorted(HERE.glob("*.[ch]"))
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    made = HERE / "__pycache__" / f"compiled-{digest}.so"
    if made.is_file():
        return made
    made.parent.mkdir(exist_ok=True)
    compiler = shlex.split(os.environ.get("CC") or "cc")
    with tempfile.TemporaryDirectory(dir=made.parent) as folder:
        new = Path(folder) / made.name
        units = [str(source) for source in sources if source.suffix == ".c"]
        done = subprocess.run(
            [*compiler, *COMMAND, "-o", str(new), *units], capture_output=True, text=True, timeout=SECONDS, check=False
        )
        if done.returncode:
            raise Unavailable(f"{compiler[0]} ended with {done.returncode}: {done.stderr.strip()[:200]}")
        new.replace(made)
    return made
