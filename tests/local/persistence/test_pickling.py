"""What pickle refuses and moto has; and what must never be read."""

import collections
import os
import pickle
import threading
import weakref
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from moto.core.exceptions import JsonRESTError
from moto.s3.utils import _VersionedKeyStore
from moto.ssm.models import ParameterDict

from local.persistence import pickling
from local.persistence.errors import SnapshotUnusable
from local.persistence.gate import Gate

pytestmark = pytest.mark.unit


def again(value: Any) -> Any:
    return pickling.loads(pickling.dumps(value))


def test_locks_come_back_open() -> None:
    held = threading.Lock()
    held.acquire()
    found = again({"lock": held, "again": held, "condition": threading.Condition(), "gate": Gate()})
    assert found["lock"] is found["again"]
    assert found["lock"].acquire(blocking=False)
    with found["condition"], found["gate"].shared(changes=False):
        pass


def test_nameless_functions_come_back_with_what_they_closed_over() -> None:
    start = [10]
    values: Any = collections.defaultdict(lambda: list(start))
    found = again({"values": values, "start": start})
    found["start"].append(11)
    assert found["values"]["new"] == [10, 11]


def test_weak_dictionaries_hold_the_same_objects() -> None:
    gate = Gate()
    found = again([gate, weakref.WeakValueDictionary({"gate": gate}), weakref.ref(gate)])
    assert found[1]["gate"] is found[0]
    assert found[2]() is found[0]


def test_dictionaries_with_a_constructor_of_their_own() -> None:
    parameters: Any = ParameterDict("123456789012", "us-east-1")
    parameters["name"].append("value")
    found = again(parameters)
    assert found["name"] == ["value"]
    assert found["other"] == []
    assert vars(found) == vars(parameters)


def test_dictionaries_with_methods_of_their_own_lose_nothing() -> None:
    versions: Any = _VersionedKeyStore()
    versions["key"], versions["key"] = "first", "second"
    assert again(versions).getlist("key") == versions.getlist("key")
    assert len(versions.getlist("key")) == 2


def test_errors_keep_their_members() -> None:
    found = again(JsonRESTError("Kind", "message"))
    assert found.message == "message"


def test_private_keys() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert again(key).private_numbers() == key.private_numbers()


def test_bound_methods_meet_their_owner() -> None:
    gate = Gate()
    owner, method = again([gate, gate.changed])
    method()
    assert owner.changes == 1


@pytest.mark.parametrize("value", [os.system, os.getcwd, eval, open, pickle.loads, os])
def test_what_has_no_place_is_not_written(value: Any) -> None:
    with pytest.raises(SnapshotUnusable):
        pickling.dumps({"value": value})


class Harmful:
    def __init__(self, call: Any, *arguments: Any) -> None:
        self.reduced = call, arguments

    def __reduce__(self) -> Any:
        return self.reduced


@pytest.mark.parametrize("value", [Harmful(os.mkdir, "made"), Harmful(eval, "1"), Harmful(getattr, Gate, "alone")])
def test_what_has_no_place_is_not_read(value: Harmful, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SnapshotUnusable, match="has no place in it"):
        pickling.loads(pickle.dumps(value))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["os.system", "subprocess.run", "sys.modules"])
def test_names_that_lead_out_of_a_listed_module_are_not_followed(name: str) -> None:
    payload = b"\x80\x04\x8c\x12local.seams.history\x8c" + bytes([len(name)]) + name.encode() + b"\x93."
    with pytest.raises(SnapshotUnusable):
        pickling.loads(payload)


@pytest.mark.parametrize("cut", [0, 5, -1])
def test_a_cut_off_one_is_unusable(cut: int) -> None:
    with pytest.raises(SnapshotUnusable):
        pickling.loads(pickling.dumps(["text", {"a": 1}])[:cut])
