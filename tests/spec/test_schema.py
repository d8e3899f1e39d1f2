from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from spec.document import DocumentError, read
from spec.schema import json_schema
from tests.spec.cases import INVALID, VALID, comments

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
OWN = sorted((ROOT / "workloads").glob("*/workload.yaml"))


def _readable(path: Path) -> bool:
    with suppress(DocumentError):
        return bool(read(path.read_text(encoding="utf-8")))
    return False


READABLE = list(filter(_readable, INVALID))


def _mistakes(path: Path) -> list[str]:
    content = read(path.read_text(encoding="utf-8"))[0]
    return [error.message for error in Draft202012Validator(json_schema()).iter_errors(content)]


@pytest.mark.parametrize("path", [*VALID, *OWN], ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_schema_accepts_what_authors_write(path: Path) -> None:
    assert _mistakes(path) == []


@pytest.mark.parametrize("path", READABLE, ids=lambda path: path.stem)
def test_schema_refuses_wrong_structure_and_leaves_the_rest_to_the_loader(path: Path) -> None:
    assert bool(_mistakes(path)) == (comments(path, "schema") == ["refuses"])


def test_schema_is_itself_valid() -> None:
    Draft202012Validator.check_schema(json_schema())


def _fields(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    models = {"workload": schema, **schema["$defs"]}
    return [(f"{name}.{field}", text) for name, m in models.items() for field, text in m["properties"].items()]


def test_every_field_tells_the_editor_what_it_is() -> None:
    assert [name for name, field in _fields(json_schema()) if not field.get("description")] == []


def test_folder_of_a_workload_is_no_field() -> None:
    assert "folder" not in str(list(json_schema()["properties"]))
