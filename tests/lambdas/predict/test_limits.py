"""The most, the longest and the strangest that a caller may send: each has an answer that is defined."""

import json

import pytest

from tests.lambdas.predict.world import FEATURES, GOOD, World, ask, event, records

pytestmark = pytest.mark.unit
LIMIT = 4 * 1024 * 1024
NAMES = ["größe", "温度", "🌡"]
UNICODE = FEATURES | {
    "features": [{"name": name, "type": "number"} for name in NAMES],
    "columns": NAMES,
}
NUMBER = FEATURES | {
    "task": "regression",
    "target": {"name": "price", "type": "number"},
    "decoders": {"forest": {"format": "csv", "output": "value"}},
}


def padded(text: str, size: int) -> str:
    return text + " " * (size - len(text))


def test_body_of_just_the_limit_is_answered() -> None:
    assert ask(World().live().answers(), event(padded(records(), LIMIT))).status == 200


def test_body_one_byte_over_the_limit_is_refused_before_anything_is_looked_up() -> None:
    answer = ask(World(), event(padded(records(), LIMIT + 1)))
    assert (answer.status, "4194305 bytes" in answer.body["detail"]) == (413, True)


def test_limit_is_of_bytes_not_characters() -> None:
    assert ask(World(), event("é" * (LIMIT // 2 + 1), Content_Type="text/csv")).status == 413


def test_a_hundred_thousand_rows_are_answered_in_one_call() -> None:
    body = "length,petals,colour\n" + "5.1,4,blue\n" * 100_000
    world = World().live(NUMBER).answers(b"21.5\n" * 100_000)
    answer = ask(world, event(body, Content_Type="text/csv"))
    assert answer.status == 200
    assert len(answer.body["predictions"]) == 100_000
    assert world.calls[0].body == b"5.1,4,blue\n" * 100_000


def test_last_of_a_hundred_thousand_rows_is_checked_too() -> None:
    body = "length,petals,colour\n" + "5.1,4,blue\n" * 99_999 + "5.1,4,grey\n"
    answer = ask(World().live(NUMBER), event(body, Content_Type="text/csv"))
    assert (answer.status, answer.body["errors"][0]["row"]) == (400, 100_000)


def test_predictions_that_no_answer_can_carry_are_too_large() -> None:
    body = "length,petals,colour\n" + "5.1,4,blue\n" * 100_000
    answer = ask(World().live().answers(b"setosa,0.9,0.1\n" * 100_000), event(body, Content_Type="text/csv"))
    assert (answer.status, "fewer instances" in answer.body["detail"]) == (413, True)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ('{"instances": [{"length": 5, "length": 6, "petals": 1, "colour": "blue"}]}', "length"),
        ('{"instances": [[5, 1, "blue"]], "instances": [[6, 1, "blue"]]}', "instances"),
        ('{"instances": [{"l\\u0065ngth": 5, "length": 6}]}', "length"),
    ],
)
def test_name_that_stands_twice_in_an_object_is_refused(body: str, name: str) -> None:
    answer = ask(World().live(), event(body))
    assert (answer.status, answer.body["detail"]) == (400, f"{name!r} stands twice in one object. Send each name once.")


def test_feedback_with_a_name_twice_is_refused() -> None:
    body = '{"inference_id": "0-0", "actual": "setosa", "actual": "virginica"}'
    answer = ask(World(), event(body, resource="/v1/workloads/{workload}/feedback"))
    assert (answer.status, "'actual' stands twice" in answer.body["detail"]) == (400, True)


@pytest.mark.parametrize("charset", ["utf-16", "iso-8859-1", "windows-1252", "utf-7"])
def test_charset_that_the_gateway_does_not_pass_on_is_refused(charset: str) -> None:
    answer = ask(World(), event(records(), Content_Type=f"application/json; charset={charset}"))
    assert (answer.status, "send UTF-8" in answer.body["detail"]) == (415, True)


@pytest.mark.parametrize("number", ["1" + "0" * 5000, "-" + "9" * 4301, "1" + "0" * 310, "1e400"])
def test_huge_number_is_refused(number: str) -> None:
    answer = ask(World().live(), event(f'{{"instances": [[{number}, 1, "blue"]]}}'))
    assert answer.status == 400
    assert len(json.dumps(answer.body)) < 1000


def test_feature_names_of_any_script_work_in_json_and_csv() -> None:
    values = dict(zip(NAMES, [1.5, 2.5, 3.5], strict=True))
    body = ",".join(reversed(NAMES)) + "\n3.5,2.5,1.5\n"
    for asked in (event(records(values)), event(body, Content_Type="text/csv")):
        world = World().live(UNICODE).answers()
        assert ask(world, asked).status == 200
        assert world.calls[0].body == b"1.5,2.5,3.5\n"


def test_composed_and_decomposed_letters_are_two_names() -> None:
    answer = ask(World().live(UNICODE), event(records({"gro\u0308ße": 1, "温度": 2, "🌡": 3})))
    assert [error["field"] for error in answer.body["errors"]] == ["größe", "gro\u0308ße"]


@pytest.mark.parametrize(
    "body",
    [
        '{"instances": [{"length": 5, "petals": 1, "colour": "\\ud800"}]}',
        '{"instances": [{"length": "\\udfff", "petals": 1, "colour": "blue"}]}',
        '{"instances": [{"\\ud800": 5, "petals": 1, "colour": "blue"}]}',
        '{"instances": [{"\\ud800": 5, "\\ud800": 1}]}',
        '{"\\ud800": []}',
    ],
)
def test_half_of_a_surrogate_pair_is_refused_in_an_answer_that_can_be_sent(body: str) -> None:
    response = World().live().service().answer(event(body), "lambda-1", lambda: 28.0)
    assert response["statusCode"] == 400
    assert response["body"].encode().decode() == response["body"]


def test_session_named_by_half_of_a_surrogate_pair_stays_on_one_variant_like_any_other() -> None:
    world = World().live().endpoint(forest=1).answers()
    assert ask(world, event(records(), X_Session_Id="\ud800")).status == 200
    assert world.calls[0].variant == "forest"


def test_half_of_a_surrogate_pair_in_the_bytes_is_refused() -> None:
    assert ask(World(), event(json.dumps({"instances": [GOOD]}) + "\ud800")).status == 400
