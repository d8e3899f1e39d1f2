import json

import pytest
from predict.aws.services import Invocation

from tests.lambdas.predict.world import ENCODED, FEATURES, GOOD, World, ask, event, records

pytestmark = pytest.mark.unit


def test_record_is_answered_with_variant_model_and_inference_id() -> None:
    world = World().live().answers()
    answer = ask(world, event(records()))
    assert answer.status == 200
    assert answer.body == {
        "predictions": [{"label": "setosa", "probabilities": {"setosa": 0.9, "virginica": 0.1}}],
        "variant": "forest",
        "model": "dev-iris-forest-9a",
        "inference_id": "inference-1",
    }
    (call,) = world.calls
    assert call == Invocation("dev-iris", b"5.1,4,blue\n", "text/csv", "inference-1")


def test_registered_model_is_named_by_its_package() -> None:
    package = "arn:aws:sagemaker:us-east-1:123456789012:model-package/dev-iris/3"
    world = World().pointer(packages={"forest": package}).features().answers()
    assert ask(world, event(records())).body["model"] == "dev-iris/3"


def test_a_model_gets_the_time_that_is_left_and_no_more() -> None:
    world = World(seconds_left=9.5).live().answers()
    ask(world, event(records()))
    assert world.waited == [8.0]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (json.dumps({"instances": [[5.1, 4, "blue"]]}), "application/json; charset=utf-8"),
        ("colour,petals,length\nblue,4,5.1\n", "text/csv; header=present"),
        ("\ufeffpetals,length,colour\r\n4,5.1,blue\r\n", "TEXT/CSV; charset=UTF-8"),
    ],
)
def test_every_form_reaches_the_model_as_the_same_line(body: str, content_type: str) -> None:
    world = World().live().answers()
    assert ask(world, event(body, Content_Type=content_type)).status == 200
    assert world.calls[0].body == FEATURES["example_line"].encode() + b"\n"


def test_encoded_layout_sends_levels_and_accepts_them() -> None:
    world = World().live(ENCODED).answers(FOREST_TWICE)
    assert ask(world, event(records(GOOD, [5.1, 4, 0, 1, 0]))).status == 200
    assert world.calls[0].body == b"5.1,4,1,0,0\n5.1,4,0,1,0\n"


FOREST_TWICE = b"setosa,0.9,0.1\nvirginica,0.2,0.8\n"


def test_look_ups_are_kept_for_the_time_set_and_no_longer() -> None:
    world = World().live().answers().answers()
    service = world.service()
    assert service.answer(event(records()), "", lambda: 28.0)["statusCode"] == 200
    world.clock.now += 14.9
    assert service.answer(event(records()), "", lambda: 28.0)["statusCode"] == 200
    world.done()
    world.clock.now += 0.2
    world.live().answers()
    assert service.answer(event(records()), "", lambda: 28.0)["statusCode"] == 200
    world.done()


def test_pinned_variant_is_asked() -> None:
    world = World().live().endpoint(forest=1, tree=0).answers(b"setosa\n", "tree")
    answer = ask(world, event(records(), x_variant="tree"))
    assert answer.body["predictions"] == [{"label": "setosa"}]
    assert world.calls[0].variant == "tree"


def test_session_stays_on_one_variant() -> None:
    asked = set()
    for _ in range(3):
        world = World().live().endpoint(forest=1, tree=1).answers()
        ask(world, event(records(), X_Session_Id="anna"))
        asked.add(world.calls[0].variant)
    assert len(asked) == 1


def test_unknown_variant_is_looked_up_afresh_then_refused_naming_the_live_ones() -> None:
    world = World().live().endpoint(forest=1).live().endpoint(forest=1, tree=1)
    answer = ask(world, event(records(), X_Variant="gone"))
    assert answer.status == 409
    assert answer.body["variants"] == ["forest", "tree"]
    world.done()


def test_stale_pointer_is_looked_up_again_and_the_call_succeeds() -> None:
    world = World().live().fails("invoke", "ValidationError", message="Endpoint not found")
    world.live().answers()
    assert ask(world, event(records())).status == 200
    assert len(world.calls) == 2
    world.done()


def test_variant_newer_than_the_kept_features_is_decoded_by_fresh_ones() -> None:
    newer = FEATURES | {"decoders": {"fresh": {"format": "csv", "output": "label"}}}
    world = World().live().answers(b"setosa\n", "fresh").pointer(models={"fresh": "m"}).features(newer)
    answer = ask(world, event(records()))
    assert (answer.status, answer.body["model"]) == (200, "m")
