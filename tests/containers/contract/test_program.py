from pathlib import Path

import pytest
from contract import program
from contract.errors import UserError
from contract.text import quoted, shortened

pytestmark = pytest.mark.unit


def test_an_unknown_argument_is_refused_with_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main("image", {"train": lambda: 0}, ["brain"]) == 2
    assert capsys.readouterr().err == "usage: image train\ngot: brain\n"


@pytest.mark.parametrize("arguments", [[], ["train", "now"], ["--help"]])
def test_only_one_known_word_runs(arguments: list[str]) -> None:
    assert program.main("image", {"train": lambda: 0}, arguments) == 2


def test_the_command_decides_the_exit_code() -> None:
    assert program.main("image", {"train": lambda: 7}, ["train"]) == 7


def test_a_failure_leaves_its_reason(tmp_path: Path) -> None:
    def work() -> None:
        raise UserError("column a is empty")

    reason = tmp_path / "output" / "failure"
    assert program.job(work, reason) == 1
    assert reason.read_text() == "column a is empty"


def test_an_unforeseen_failure_names_its_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        raise MemoryError("too much")

    assert program.job(work, tmp_path / "failure") == 1
    assert (tmp_path / "failure").read_text() == "MemoryError: too much"
    assert "Traceback" in capsys.readouterr().err


def test_a_success_leaves_no_reason(tmp_path: Path) -> None:
    assert program.job(lambda: None, tmp_path / "failure") == 0
    assert not (tmp_path / "failure").exists()


def test_a_long_reason_fits_in_a_kilobyte_of_whole_characters(tmp_path: Path) -> None:
    def work() -> None:
        raise UserError("ä€" * 2000)

    program.job(work, tmp_path / "message")
    data = (tmp_path / "message").read_bytes()
    assert len(data) <= 1024
    assert data.decode().endswith("...")


def test_short_text_is_left_alone() -> None:
    assert shortened("as it is", 1024) == "as it is"


def test_values_in_messages_are_bounded_and_escaped() -> None:
    assert quoted("a\nb") == "'a\\nb'"
    assert len(quoted("x" * 1000)) < 80
