import io
from datetime import timedelta

import pytest
from rich.console import Console

from tests.trainyard.conftest import ARN, RUN, WORKLOAD, Cli, States
from tests.trainyard.recorded import START, failed_job, good_run
from trainyard import render, view, watching
from trainyard.context import Context, Tools
from trainyard.executions import Execution
from trainyard.history import History

pytestmark = pytest.mark.local


def drawn(width: int, events: int = 200) -> list[str]:
    history = History()
    history.read(good_run().events[:events])
    console = Console(width=width, file=io.StringIO(), record=True)
    made = view.live_table(history, Execution(ARN, WORKLOAD), START, START + timedelta(seconds=175))
    console.print(made)
    return console.export_text().splitlines()


@pytest.mark.parametrize("width", [80, 120])
def test_each_state_is_one_line_that_fits(width: int) -> None:
    lines = drawn(width)
    assert max(len(line) for line in lines) <= width
    assert len(lines) == 8
    assert "✔" in lines[1]
    assert "1:00" in lines[1]


def test_a_candidates_states_stand_together_and_what_follows_comes_after() -> None:
    lines = drawn(120)
    words = (
        "Prepare",
        "Candidates",
        "forest · Train",
        "forest · Evaluate",
        "linear · Train",
        "Deploy",
        "Look x3",
    )
    order = [next(place for place, line in enumerate(lines) if f" {word} " in line) for word in words]
    assert order == sorted(order)


def test_on_a_terminal_the_table_moves_and_logs_scroll_above(deployed: Cli) -> None:
    states = States(good_run(), "SUCCEEDED", step=6)
    deployed.fakes["stepfunctions"] = states
    screen = io.StringIO()
    tools = Tools(client=deployed.client, sleep=deployed.sleep, now=deployed.now)
    out = Console(file=screen, force_terminal=True, width=100)
    watching.watch(Context(tools=tools, out=out), Execution(ARN, WORKLOAD), logs=True)
    said = screen.getvalue()
    assert RUN in said
    assert "forest · Train" in said
    assert "SUCCEEDED" in said
    assert len(deployed.slept) == len(states.recording.events) // 6 - (len(states.recording.events) % 6 == 0)


@pytest.mark.parametrize(
    ("cause", "lines"),
    [
        (failed_job("j", "no rows"), ["TrainingJob: j", "no rows"]),
        ("plain words", ["plain words"]),
        ('{"odd": 1}', ["{", '  "odd": 1', "}"]),
        ('{"errorMessage": "{\\"message\\": \\"deep\\"}"}', ["deep"]),
        (None, []),
    ],
)
def test_causes_read_like_sentences(cause: str | None, lines: list[str]) -> None:
    assert render.explain(None, cause) == lines


@pytest.mark.parametrize(("seconds", "text"), [(5, "0:05"), (760, "12:40"), (3723, "1:02:03"), (-1, "0:00")])
def test_durations(seconds: int, text: str) -> None:
    assert render.duration(timedelta(seconds=seconds)) == text
