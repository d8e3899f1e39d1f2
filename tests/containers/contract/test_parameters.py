import json
from pathlib import Path

import pytest
from contract import parameters
from contract.errors import UserError
from contract.parameters import Choice, Integer, Number, OptionalInteger, Parameter

pytestmark = pytest.mark.unit

ALLOWED: dict[str, Parameter] = {
    "trees": Integer(100, 1, 500),
    "depth": OptionalInteger(0, 1, 9),
    "rate": Number(0.1, 0, 1),
}


def written(folder: Path, content: str) -> Path:
    path = folder / "hyperparameters.json"
    path.write_text(content)
    return path


def test_missing_parameters_have_their_defaults() -> None:
    assert parameters.typed({}, ALLOWED) == {"trees": 100, "depth": 0, "rate": 0.1}


def test_strings_become_numbers() -> None:
    values = parameters.typed({"trees": " 7 ", "depth": "3", "rate": "1e-2"}, ALLOWED)
    assert values == {"trees": 7, "depth": 3, "rate": 0.01}


def test_a_bound_belongs_where_it_is_said() -> None:
    zero = {"penalty": Number(1.0, 0, 9, low_included=True)}
    assert parameters.typed({"penalty": "0"}, zero) == {"penalty": 0.0}
    with pytest.raises(UserError, match="a number from 0, at most 9"):
        parameters.typed({"penalty": "-0.1"}, zero)


def test_none_is_a_depth() -> None:
    assert parameters.typed({"depth": "None"}, ALLOWED)["depth"] == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("trees", "many"),
        ("trees", "0"),
        ("trees", "501"),
        ("trees", "1.5"),
        ("trees", "none"),
        ("trees", "1_0"),
        ("trees", "1e999"),
        ("rate", "0"),
        ("rate", "nan"),
        ("rate", ""),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(name: str, value: str) -> None:
    with pytest.raises(UserError, match=f"hyperparameter {name}='{value}' must be a (whole )?number "):
        parameters.typed({name: value}, ALLOWED)


def test_all_wrong_values_are_told_at_once() -> None:
    with pytest.raises(UserError) as error:
        parameters.typed({"trees": "x", "rate": "y", "tree": "1"}, ALLOWED)
    assert all(part in str(error.value) for part in ("trees='x'", "rate='y'", "unknown hyperparameter 'tree'"))


def test_a_choice_names_its_words() -> None:
    with pytest.raises(UserError, match="must be one of sqrt, log2"):
        parameters.typed({"features": "cube"}, {"features": Choice("sqrt", ("sqrt", "log2"))})


def test_the_platforms_own_parameters_are_left_out(tmp_path: Path) -> None:
    content = {"trees": "5", "sagemaker_region": '"us-east-1"', "_tuning_objective_metric": "validation:f1"}
    assert parameters.read(written(tmp_path, json.dumps(content))) == {"trees": "5"}


def test_the_second_layer_of_json_is_undone(tmp_path: Path) -> None:
    assert parameters.read(written(tmp_path, '{"kind": "\\"forest\\"", "n": 3}')) == {
        "kind": "forest",
        "n": "3",
    }


def test_without_a_file_there_are_no_parameters(tmp_path: Path) -> None:
    assert parameters.read(tmp_path / "none.json") == {}


@pytest.mark.parametrize("content", ["[1]", "{", "3"])
def test_a_broken_file_is_named(tmp_path: Path, content: str) -> None:
    with pytest.raises(UserError, match=r"hyperparameters\.json"):
        parameters.read(written(tmp_path, content))
