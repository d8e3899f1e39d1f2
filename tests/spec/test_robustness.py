"""No file, however wrong, ends in anything but a workload or a list of errors."""

import copy
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from spec.document import read
from spec.errors import SpecErrors
from spec.loader import load_workload
from tests.spec.cases import FOLDER, VALID

pytestmark = pytest.mark.unit

JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(),
    st.text(max_size=8),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
)


def _places(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place] * bool(place) + [found for key, inner in members for found in _places(inner, (*place, key))]


def _changed(document: dict[str, Any], place: tuple[Any, ...], junk: Any) -> dict[str, Any]:
    changed = copy.deepcopy(document)
    target: Any = changed
    for key in place[:-1]:
        target = target[key]
    target[place[-1]] = junk
    return changed


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(FOLDER / "valid", tmp_path_factory.mktemp("robustness") / "valid"))


@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_one_wrong_value_is_taken_or_refused_in_words(folder: Path, data: st.DataObject) -> None:
    document = read(data.draw(st.sampled_from(VALID)).read_text(encoding="utf-8"))[0]
    changed = _changed(document, data.draw(st.sampled_from(_places(document))), data.draw(JUNK))
    path = folder / "changed.yaml"
    path.write_text(yaml.safe_dump(changed), encoding="utf-8")
    with suppress(SpecErrors):
        assert load_workload(path).folder == folder


@given(data=st.data())
def test_leaving_out_a_field_is_taken_or_refused_in_words(folder: Path, data: st.DataObject) -> None:
    document = read(data.draw(st.sampled_from(VALID)).read_text(encoding="utf-8"))[0]
    place = data.draw(st.sampled_from(_places(document)))
    changed = _changed(document, place, None)
    path = folder / "changed.yaml"
    path.write_text(yaml.safe_dump(_without_nulls(changed)), encoding="utf-8")
    with suppress(SpecErrors):
        assert load_workload(path).folder == folder


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [_without_nulls(item) for item in value if item is not None] if isinstance(value, list) else value
