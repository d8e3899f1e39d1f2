"""What the files beside a workload must be: the sample's header, the scripts, nothing outside the folder."""

import csv
from collections.abc import Iterator
from pathlib import Path

from spec.data import Data
from spec.gate import Task
from spec.problems import Problem, refuse

_TIME_FIELDS = ("key", "time", "frequency")


def task_problems(data: Data, task: Task | None) -> Iterator[Problem]:
    """Fields that only some tasks have."""
    if task == "forecasting":
        for field in ("time", "frequency"):
            if getattr(data, field) is None:
                yield Problem((field,), None, "required for forecasting")
    elif task:
        for field in _TIME_FIELDS:
            if value := getattr(data, field):
                yield Problem((field,), value, f"nothing for {task}: only forecasting has it")
    if task and task != "classification" and data.classes is not None:
        yield Problem(("classes",), data.classes, f"nothing for {task}: only classification has it")


def file_problems(data: Data, folder: Path) -> Iterator[Problem]:
    """Whether the sample is there and has the columns that the workload names."""
    if data.sample is None:
        return
    mistake = _missing(data.sample, folder)
    if mistake:
        yield Problem(("sample",), data.sample, mistake)
        return
    try:
        header = _rows(data, folder)[0]
    except (OSError, UnicodeDecodeError, csv.Error, IndexError) as error:
        yield Problem(("sample",), data.sample, f"a CSV file in UTF-8 with a header: {error}")
        return
    twice = sorted({column for column in header if header.count(column) > 1})
    if twice:
        yield Problem(("sample",), ", ".join(twice), "a CSV file whose header names each column once")
    for field, column in data.columns.items():
        if column not in header:
            where = tuple(int(part) if part.isdigit() else part for part in field.split("."))
            yield Problem(where, column, f"a column of {data.sample}: {', '.join(header)}")


def header(data: Data, folder: Path) -> list[str]:
    """The sample's columns; none where there is no sample that can be read, which is told elsewhere."""
    if data.sample is None or _missing(data.sample, folder):
        return []
    try:
        return _rows(data, folder)[0]
    except (OSError, UnicodeDecodeError, csv.Error, IndexError):
        return []


def counted(data: Data, folder: Path) -> Data:
    """The data with the number of labels that the sample shows."""
    labels = classes(data, folder)
    if labels < 2:
        refuse([Problem(("target",), data.target, f"a column with at least two labels; {data.sample} has {labels}")])
    return data.model_copy(update={"classes": labels})


def script_problems(script: str, folder: Path) -> Iterator[Problem]:
    """Whether the script is there."""
    mistake = _missing(script, folder)
    if mistake:
        yield Problem(("algorithm", "script"), script, mistake)


def classes(data: Data, folder: Path) -> int:
    """How many labels the sample's target has."""
    rows = _rows(data, folder)
    place = rows[0].index(data.target)
    return len({row[place] for row in rows[1:] if len(row) > place and row[place]})


def _rows(data: Data, folder: Path) -> list[list[str]]:
    with (folder / str(data.sample)).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def _missing(name: str, folder: Path) -> str | None:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        return "a file inside the workload's folder"
    return None if path.is_file() else "a file in the workload's folder; there is none of this name"
