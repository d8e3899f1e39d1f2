"""Reads workloads from files; every error of every file is reported at once."""

from collections.abc import Collection, Iterator
from pathlib import Path

from pydantic import ValidationError

from spec import document
from spec.errors import SpecError, SpecErrors
from spec.report import report
from spec.rules import near
from spec.workload import Workload

FILE = "workload.yaml"


def load_workload(path: Path) -> Workload:
    """The workload in one file; its sample and scripts lie beside it."""
    text = _text(path)
    try:
        value, lines = document.read(text)
        return Workload.model_validate(value, context={"folder": path.parent})
    except document.DocumentError as error:
        raise SpecErrors([SpecError(str(path), error.where, error.value, error.allowed, error.line)]) from error
    except ValidationError as error:
        raise SpecErrors(report(path, error, lines)) from error


def load_workloads(folder: Path, names: Collection[str] | None = None) -> tuple[Workload, ...]:
    """The workloads of a folder of folders, or those with the given names, sorted by name."""
    known = sorted(path.parent.name for path in folder.glob(f"*/{FILE}"))
    wanted = known if names is None else sorted(set(names))
    errors = [*_unknown(folder, known, wanted), *_prefixes(folder, known, wanted)]
    workloads = []
    for name in (name for name in wanted if name in known):
        path = folder / name / FILE
        try:
            workload = load_workload(path)
        except SpecErrors as found:
            errors.extend(found.errors)
            continue
        workloads.append(workload)
        if workload.name != name:
            errors.append(SpecError(str(path), "name", workload.name, f"{name}, the name of its folder"))
    if errors:
        raise SpecErrors(errors)
    return tuple(workloads)


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SpecErrors([SpecError(str(path), "file", None, f"a file to read: {error.strerror}")]) from error
    if len(content) > document.LARGEST:
        allowed = f"at most {document.LARGEST} bytes"
        raise SpecErrors([SpecError(str(path), "file", f"{len(content)} bytes", allowed)])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SpecErrors([SpecError(str(path), "file", None, f"text in UTF-8: {error}")]) from error


def _unknown(folder: Path, known: list[str], wanted: Collection[str]) -> Iterator[SpecError]:
    if not known:
        yield SpecError(str(folder), "workloads", None, f"at least one folder with a {FILE}")
        return
    for name in wanted:
        if name not in known:
            yield SpecError(str(folder), "workloads", name, f"a workload's folder; {near(name, known)}")


def _prefixes(folder: Path, known: list[str], wanted: Collection[str]) -> Iterator[SpecError]:
    """Roles are granted `{workload}-*`: no workload may reach into another's names."""
    for name in known:
        for other in known:
            if other.startswith(f"{name}-") and (name in wanted or other in wanted):
                allowed = f"a name that does not begin with {name}-, since there is a workload {name}"
                yield SpecError(str(folder / other / FILE), "name", other, allowed)
