"""Every operation that is covered, with everything in its input wrong in turn: AWS's errors, no failure of ours."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session
import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from local.sagemaker import protocol
from local.sagemaker.errors import AwsError
from local.sagemaker.patterns import compiled
from tests.local.sagemaker.conftest import World

MODEL = botocore.session.get_session().get_service_model("sagemaker")
DEEPEST = 6
WRONG = {
    "structure": "text",
    "map": [1],
    "list": {"a": 1},
    "string": 7,
    "integer": "7",
    "long": True,
    "float": "0.5",
    "double": [],
    "boolean": "yes",
    "timestamp": "yesterday",
}


@dataclass(frozen=True)
class Place:
    """A member somewhere in an operation's input: how AWS writes its path, and how a request gets there."""

    shape: Any
    path: str
    steps: tuple[Any, ...]

    def request(self, value: Any) -> bytes:
        """Return a request in which only this member is set."""
        for step in reversed(self.steps):
            value = [value] if step is None else {step: value}
        return json.dumps(value).encode()


def places(shape: Any, path: str = "", steps: tuple[Any, ...] = ()) -> Iterator[Place]:
    if len(steps) >= DEEPEST:
        return
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            lowered = name[:1].lower() + name[1:]
            yield from below(member, f"{path}.{lowered}" if path else lowered, (*steps, name))
    elif shape.type_name == "list":
        yield from below(shape.member, f"{path}.1.member", (*steps, None))
    elif shape.type_name == "map":
        yield from below(shape.value, f"{path}.key.value", (*steps, "key"))


def below(shape: Any, path: str, steps: tuple[Any, ...]) -> Iterator[Place]:
    yield Place(shape, path, steps)
    yield from places(shape, path, steps)


@cache
def covered(operations: frozenset[str]) -> list[tuple[str, Place]]:
    inputs = {name: MODEL.operation_model(name).input_shape for name in sorted(operations)}
    return [(name, place) for name, shape in inputs.items() if shape for place in places(shape)]


def refusal(operation: str, body: bytes) -> AwsError | None:
    try:
        protocol.parse(operation, body)
    except AwsError as error:
        return error
    return None


def expected(shape: Any) -> Iterator[tuple[Any, str]]:
    """Yield values that break one constraint of a shape, and how AWS says so."""
    limits, kind = shape.metadata, shape.type_name
    if "enum" in limits:
        yield "NoSuchValue", f"Member must satisfy enum value set: [{', '.join(limits['enum'])}]"
    if kind == "string" and limits.get("max", 10**5) < 10**5:
        yield "a" * (limits["max"] + 1), f"Member must have length less than or equal to {limits['max']}"
    if kind == "string" and limits.get("min", 0) > 0:
        yield "", f"Member must have length greater than or equal to {limits['min']}"
    if kind == "string" and "pattern" in limits and not compiled(limits["pattern"]).fullmatch("\0 *\n"):
        yield "\0 *\n", f"Member must satisfy regular expression pattern: {limits['pattern']}"
    if kind in ("integer", "long", "float", "double") and "max" in limits:
        yield limits["max"] + 1, f"Member must have value less than or equal to {limits['max']}"
    if kind in ("integer", "long", "float", "double") and "min" in limits:
        yield limits["min"] - 1, f"Member must have value greater than or equal to {limits['min']}"
    if kind == "list" and limits.get("min", 0) > 0:
        yield [], f"Member must have length greater than or equal to {limits['min']}"


@pytest.mark.unit
def test_every_pattern_of_the_service_model_is_understood() -> None:
    patterns = {MODEL.shape_for(name).metadata.get("pattern") for name in MODEL.shape_names} - {None}
    assert len(patterns) > 100
    for pattern in patterns:
        compiled(pattern)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        (r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)", "Käse 1 日本 a/b@c", True),
        (r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)", "a*b", False),
        (r"[\p{L}\p{M}\p{Z}\p{S}\p{N}\p{P}]*", "a+b (c)!", True),
        (r"[\p{L}\p{M}\p{Z}\p{S}\p{N}\p{P}]*", "a\nb", False),
        (r"arn:[\p{Alnum}\-]+:x", "arn:aws-cn:x", True),
        (r"arn:[\p{Alnum}\-]+:x", "arn:ä:x", False),
        (r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*", "text 😀\t", True),
        (r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*", "a\x00", False),
    ],
)
def test_javas_classes_mean_the_same_here(pattern: str, text: str, fits: bool) -> None:
    assert bool(compiled(pattern).fullmatch(text)) is fits


@pytest.mark.local
def test_a_wrong_type_anywhere_is_a_serialization_error(shared_world: World) -> None:
    found = covered(frozenset(shared_world.service.operations))
    assert len(found) > 500
    for operation, place in found:
        wrong = WRONG[place.shape.type_name]
        error = refusal(operation, place.request(wrong))
        assert error, f"{operation} takes {wrong!r} at {place.path}"
        assert (error.code, error.status) == ("SerializationException", 400), f"{operation} {place.path}: {error}"
        assert f"(at '{place.path}')" in error.message


@pytest.mark.local
def test_a_broken_constraint_anywhere_is_named(shared_world: World) -> None:
    checked = 0
    for operation, place in covered(frozenset(shared_world.service.operations)):
        for value, constraint in expected(place.shape):
            error = refusal(operation, place.request(value))
            assert error, f"{operation} takes {value!r:.80} at {place.path}"
            assert error.code == "ValidationException", f"{operation} {place.path}: {error}"
            assert f"at '{place.path}' failed to satisfy constraint: {constraint}" in error.message
            checked += 1
    assert checked > 500


@pytest.mark.local
def test_a_required_member_that_is_missing_anywhere_is_named(shared_world: World) -> None:
    operations = frozenset(shared_world.service.operations)
    roots = [(name, Place(MODEL.operation_model(name).input_shape, "", ())) for name in sorted(operations)]
    for operation, place in [*roots, *covered(operations)]:
        if place.shape is None or place.shape.type_name != "structure":
            continue
        for name in place.shape.required_members:
            error = refusal(operation, place.request({}))
            path = ".".join(filter(None, [place.path, name[:1].lower() + name[1:]]))
            assert error, f"{operation} does without {path}"
            assert f"Value null at '{path}' failed to satisfy constraint: Member must not be null" in error.message


@pytest.mark.local
@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"7", b"{", b"\xff", b'{"MaxResults": NaN}', b'{"a": ' * 5000, b'{"Tags": [null]}', b'"x"'],
)
def test_no_body_whatever_makes_an_operation_fail(shared_world: World, body: bytes) -> None:
    for operation in shared_world.service.operations:
        builder = EnvironBuilder(method="POST", headers=[("X-Amz-Target", f"SageMaker.{operation}")], data=body)
        response = shared_world.service.handle(Request(builder.get_environ()))
        assert response.status_code in (200, 400), f"{operation}: {response.get_data(as_text=True)}"
        if response.status_code == 400:
            assert json.loads(response.get_data())["__type"] in ("SerializationException", "ValidationException")
