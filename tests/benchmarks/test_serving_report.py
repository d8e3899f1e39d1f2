"""What the benchmark of serving says of figures: medians, ratios, goals; nothing here measures."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import document
from benchmarks.serving import plot, report
from benchmarks.serving.contenders import CONSTANT, OURS, Case, Contender
from benchmarks.serving.judge import Verdict, judge
from benchmarks.serving.load import LOADS, Load, Sample
from benchmarks.serving.measure import same
from benchmarks.serving.results import CaseResults, NotMeasuredError, Results, Round, Server
from benchmarks.serving.versions import pinned
from benchmarks.serving.wire import CSV, LISTED, TENSOR
from benchmarks.serving.wire import OURS as OUR_WIRE

pytestmark = pytest.mark.unit
ROOT = Path(__file__).parents[2]
PEERS = ROOT / "benchmarks/serving/peers"


def life(rate: float, *, start: float = 1.0, p99: float = 2.0, cpu_us: float = 0) -> Round:
    loads = {load.key: Sample(rate, 1.0, p99, cpu_us or 500_000 / rate) for load in LOADS}
    return Round(start_s=start, start_cpu_s=start / 2, worker_mb=100, whole_mb=100, loads=loads)


def server(title: str, *rates: float, problem: str = "") -> Server:
    return Server(title=title, rounds=[life(rate) for rate in rates], problem=problem)


def results(**servers: Server) -> Results:
    case = CaseResults(title="scikit-learn: iris", missing={"bentoml": "BentoML: not installed"}, servers=servers)
    return Results(machine={"cpu": "2 x fast"}, remark="", seconds=1, rounds=3, cases={"sklearn": case})


def verdict(text: str, found: Results) -> Verdict:
    (one,) = [one for one in judge(found) if one.text == text]
    return one


def test_a_rate_is_the_median_of_its_rounds() -> None:
    assert server("x", 100, 900, 300).rate(Load(1, 8)) == 300
    assert server("x", 100, 300).rate(Load(1, 8)) == 200


def test_a_server_without_rounds_says_why_it_has_no_rate() -> None:
    with pytest.raises(NotMeasuredError, match="x: it ended while it started"):
        server("x", problem="it ended while it started").rate(Load(1, 8))


def test_goal_at_its_bound_is_reached() -> None:
    found = verdict(
        "scikit-learn, 1 row: beside the classic container",
        results(**{OURS: server("ours", 6000, 1, 7000), "classic": server("classic", 100)}),
    )
    assert (found.wanted, found.measured, found.by_cpu, found.reached) == (">= 60x (aim 100x)", "60x", "60x", True)


def test_goal_that_is_missed_says_what_costs_the_time() -> None:
    servers = {OURS: server("ours", 10_000), CONSTANT: server("constant", 50_000)}
    found = verdict("scikit-learn, 100 rows: beside the same server answering a constant", results(**servers))
    assert found.reached is False
    assert found.measured == "0.20x"
    assert found.remark == "a request costs 20 us of HTTP and 80 us of reading, predicting and writing"


def test_goal_that_is_missed_on_a_busy_machine_may_be_reached_by_cpu_time() -> None:
    late = Server(title="ours", rounds=[life(300, cpu_us=100)])
    found = verdict(
        "scikit-learn, 1 row: beside the classic container",
        results(**{OURS: late, "classic": Server(title="classic", rounds=[life(100, cpu_us=6000)])}),
    )
    assert (found.measured, found.by_cpu, found.reached) == ("3.0x", "60x", False)
    assert found.remark == "3,333 us a request beside 10,000 us; reached by CPU time"


def test_goal_that_is_a_most_is_missed_above_it() -> None:
    slow = Server(title="ours", rounds=[life(1, start=1.6)])
    found = verdict("scikit-learn, start to first healthy /ping", results(**{OURS: slow}))
    assert (found.wanted, found.measured, found.reached) == ("<= 1.5 s", "1.60 s", False)


def test_goal_whose_peer_is_not_there_is_neither_reached_nor_missed() -> None:
    found = verdict("scikit-learn, 1 row: beside AWS's scikit-learn container", results(**{OURS: server("ours", 1)}))
    assert (found.reached, found.remark) == (None, "sklearn_container was not measured")


def test_a_tail_is_p99_of_p50() -> None:
    wide = Server(title="ours", rounds=[life(1, p99=4.0)])
    found = verdict("scikit-learn, 1 row, 8 connections: p99 of p50", results(**{OURS: wide}))
    assert (found.measured, found.reached) == ("4.0x", False)


def test_only_the_goals_of_measured_cases_are_judged() -> None:
    judged = judge(results(**{OURS: server("ours", 1)}))
    assert judged
    assert all(one.text.startswith("scikit-learn") for one in judged)


def test_report_compares_names_what_failed_and_what_is_missing() -> None:
    servers = {OURS: server("ours", 5000), "classic": server("classic", 100), "x": server("X", problem="no Java")}
    text = report.whole(results(**servers))
    assert "| classic | 100 | 50x | 5,000 | 50x | 100 | 50x | 5,000 | 50x |" in text
    assert "| ours | 5,000 |  | 100 |  | 5,000 |  | 100 |  |" in text
    assert "| ours | 1.0 / 2.0 | 1.0 / 2.0 | 1.0 / 2.0 | 1.0 / 2.0 | 1.00 | 0.50 | 100 | 100 |" in text
    assert "- Not measured: BentoML: not installed\n- Not measured: X: no Java" in text


def test_report_says_which_engine_answered_in_which_rounds() -> None:
    native = life(5000).model_copy(update={"engine": "scikit-learn"})
    fast = life(5000).model_copy(update={"engine": "onnxruntime"})
    text = report.whole(results(**{OURS: Server(title="ours", rounds=[fast, native, fast])}))
    assert "| ours (onnxruntime, scikit-learn) | 5,000 |" in text


def test_same_results_draw_the_same_picture(tmp_path: Path) -> None:
    for name in ("one.svg", "two.svg"):
        plot.draw(results(**{OURS: server("ours", 5000), "classic": server("classic", 100)}), tmp_path / name)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
    assert "5,000" in (tmp_path / "one.svg").read_text()


def test_results_come_back_from_their_file() -> None:
    found = results(**{OURS: server("ours", 5000)})
    assert Results.model_validate_json(found.model_dump_json()) == found


@pytest.mark.parametrize(
    ("said", "right", "expected"),
    [
        (["setosa"], ["setosa"], True),
        (["setosa"], ["virginica"], False),
        (["1.000009"], ["1.0"], True),
        (["1.00002"], ["1.0"], False),
        (["1.0"], ["1.0", "2.0"], False),
        (["nan"], ["1.0"], False),
    ],
)
def test_predictions_are_right_by_class_and_by_number(said: list[str], right: list[str], expected: bool) -> None:
    assert same(said, right) is expected


def test_each_way_to_ask_and_to_read() -> None:
    rows = [["1", "2.5"], ["3", "4"]]
    assert CSV.encode(rows) == b"1,2.5\n3,4\n"
    assert LISTED.encode(rows) == b'{"rows": [[1.0, 2.5], [3.0, 4.0]]}'
    assert b'"shape": [2, 2]' in TENSOR.encode(rows)
    assert OUR_WIRE.decode(b"setosa,0.9,0.1\nvirginica,0,1\n") == ["setosa", "virginica"]
    assert CSV.decode(b"1.5,2.5\n3\n") == ["1.5", "2.5", "3"]
    assert TENSOR.decode(b'{"outputs": [{"data": [1, 2]}]}') == ["1", "2"]


def test_requests_of_a_load_differ_and_each_has_its_own_answer() -> None:
    rows = [[str(number)] for number in range(100)]
    contender = Contender("x", "X", lambda _: pytest.fail("not started"), CSV)
    case = Case("x", "X", rows, [f"p{number}" for number in range(100)], [contender], {})
    single, whole = case.asked(contender, 1), case.asked(contender, 100)
    assert [(request.body, right) for request, right in single[:2]] == [(b"0\n", ["p0"]), (b"1\n", ["p1"])]
    assert len({request.body for request, _ in whole}) == len(whole) > 1
    assert (whole[1][1][0], len(whole[1][1])) == ("p1", 100)


def test_request_goes_over_the_wire_whole() -> None:
    assert CSV.request([["1"]]).raw("host:1").startswith(b"POST /invocations HTTP/1.1\r\nHost: host:1\r\n")
    assert CSV.request([["1"]]).raw("host:1").endswith(b"Content-Length: 2\r\n\r\n1\n")


def test_a_section_is_written_between_its_markers_only(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- a -->\nold\n<!-- /a -->\nafter\n")
    document.write("a", "new \\1\n", page)
    assert page.read_text() == "before\n<!-- a -->\nnew \\1\n<!-- /a -->\nafter\n"
    with pytest.raises(SystemExit, match="<!-- b -->"):
        document.write("b", "new", page)


def test_peers_load_the_very_model_of_the_image() -> None:
    ours = pinned(ROOT / "containers/sklearn")["scikit-learn"]
    pins = {file.parent.name: re.findall(r"^scikit-learn==(\S+)", file.read_text(), re.M) for file in _peers()}
    del pins["asgi"]  # has no model
    assert pins == {name: [ours] for name in pins}


def test_every_peer_can_be_started() -> None:
    assert {folder.name for folder in PEERS.iterdir() if folder.is_dir() and not (folder / "start").exists()} <= {
        "__pycache__"
    }


def _peers() -> list[Path]:
    return sorted(PEERS.glob("*/requirements.txt"))


@pytest.mark.local
def test_help_names_what_can_be_measured() -> None:
    command = [sys.executable, "-m", "benchmarks.serving", "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert all(word in done.stdout for word in ("--case {sklearn,xgboost,r,http}", "--seconds", "--rounds", "--json"))


@pytest.mark.local
def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.serving", "--sklearn-container", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert f"{tmp_path} is no checkout of sagemaker-scikit-learn-container" in done.stderr
