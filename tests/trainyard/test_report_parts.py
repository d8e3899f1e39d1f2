import re
from datetime import timedelta

import pytest

from trainyard.report import chart, comparison, data, page
from trainyard.report.html import Markup, element, table, text
from trainyard.report.tuning import Trial, Tuning

pytestmark = pytest.mark.unit


def tuning(objectives: list[float], direction: str = "Minimize") -> Tuning:
    trials = [Trial(f"t-{place}", "Completed", float(place), value, {}) for place, value in enumerate(objectives)]
    return Tuning("job", "Completed", "Random", "validation:rmse", direction, trials)


@pytest.mark.parametrize(
    ("value", "markup"),
    [
        ("<b>&\"'", "&lt;b&gt;&amp;&quot;&#x27;"),
        (Markup("<b>"), "<b>"),
        ("a\0b\x1b[31m", "a\ufffdb\ufffd[31m"),
        ("日本 é", "日本 é"),
        (3.5, "3.5"),
    ],
)
def test_text_is_escaped_once(value: object, markup: str) -> None:
    assert text(value) == markup


def test_attributes_are_escaped_and_absent_ones_left_out() -> None:
    assert element("p", "x", class_='a" onload="b', title=None) == '<p class="a&quot; onload=&quot;b">x</p>'


def test_first_cells_name_their_rows() -> None:
    assert '<tr><th scope="row">a</th><td>&lt;1&gt;</td></tr>' in table("t", ["x", "y"], [["a", "<1>"]])


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [
        (0.0, 21.0, [0, 5, 10, 15, 20, 25]),
        (3.2, 5.4, [3, 3.5, 4, 4.5, 5, 5.5]),
        (-0.02, 0.03, [-0.02, -0.01, 0, 0.01, 0.02, 0.03]),
        (1000.0, 1000.0, [900, 950, 1000, 1050, 1100]),
        (0.0, 0.0, [-1, -0.5, 0, 0.5, 1]),
    ],
)
def test_ticks_are_round_and_span_the_values(low: float, high: float, found: list[float]) -> None:
    assert chart.ticks(low, high) == pytest.approx(found)


@pytest.mark.parametrize(
    ("direction", "best"), [("Minimize", [(0, 5), (2, 3), (4, 1)]), ("Maximize", [(0, 5), (1, 6)])]
)
def test_the_best_so_far_moves_only_when_a_trial_is_better(direction: str, best: list[tuple[float, float]]) -> None:
    assert tuning([5, 6, 3, 4, 1], direction).best == best


@pytest.mark.parametrize("objectives", [[5.0], [2.0, 2.0], [1e9, -1e9], [1e-12, 2e-12]])
def test_every_trial_is_drawn_inside_of_the_chart(objectives: list[float]) -> None:
    drawn = chart.history(tuning(objectives), "<c>")
    places = [(float(x), float(y)) for x, y in re.findall(r'class="trial" cx="([\d.]+)" cy="([\d.]+)"', drawn)]
    assert len(places) == len(objectives) + 1
    assert all(0 <= x <= chart.WIDTH and 0 <= y <= chart.HEIGHT for x, y in places)
    assert "<c>" not in drawn


@pytest.mark.parametrize(
    ("value", "count", "words"),
    [(861.678, 4, "861.7"), (116.6, 2, "120"), (123456.0, 4, "123500"), (0.000123, 2, "0.00012"), (1.0, 4, "1")],
)
def test_numbers_are_rounded_without_powers_of_ten(value: float, count: int, words: str) -> None:
    assert comparison.digits(value, count) == words


@pytest.mark.parametrize(("seconds", "words"), [(5, "5 s"), (766, "12 min 46 s"), (3723, "1 h 2 min")])
def test_times_are_read_aloud(seconds: int, words: str) -> None:
    assert page.span(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(("count", "words"), [(987, "987 bytes"), (2900, "2.9 kB"), (12_345_678, "12.3 MB")])
def test_sizes_have_a_unit(count: int, words: str) -> None:
    assert data.size(count) == words
