"""How a server's life may end and the next begin: killed, damaged, moved, refused, forgotten."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import control
from local.clients import client
from local.persistence import snapshot
from local.persistence.snapshot import Header, Origin
from local.settings import Settings
from tests.conftest import free_port

pytestmark = [pytest.mark.local, pytest.mark.timeout(180)]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Settings]:
    settings = Settings(home=tmp_path / "home", port=free_port(), runtime="process")
    yield settings
    control.clean(settings)


def put(settings: Settings, value: str) -> None:
    client("ssm", settings).put_parameter(Name="kept", Type="String", Value=value, Overwrite=True)


def found(settings: Settings) -> list[str]:
    return [one["Value"] for one in client("ssm", settings).get_parameters(Names=["kept"])["Parameters"]]


def kill(settings: Settings) -> None:
    pid = int((settings.state / "server.pid").read_text())
    os.kill(pid, signal.SIGKILL)


def until_saved(settings: Settings, since: float) -> None:
    deadline = time.monotonic() + 30
    while not settings.snapshot.exists() or settings.snapshot.stat().st_mtime < since:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_killed_server_loses_little_and_clean_forgets_all(own: Settings) -> None:
    control.up(own)
    put(own, "value")
    until_saved(own, 0)
    kill(own)
    control.up(own)
    assert found(own) == ["value"]
    control.clean(own)
    assert not own.data.exists()
    assert not own.state.exists()


def test_a_damaged_snapshot_is_set_aside_and_said(own: Settings) -> None:
    own.data.mkdir(mode=0o700, parents=True)
    snapshot.write(own.snapshot, Header(origin=Origin.here(), port=own.port, runtime="process", saved=1.0), b"no state")
    control.up(own)
    (aside,) = own.home.glob("data.aside-*")
    assert (aside / "snapshot").exists()
    state = (control.health(own) or {})["state"]
    assert state.startswith("new: ")
    assert str(aside) in state
    assert "starting empty" in control.log_file(own).read_text()
    control.clean(own)
    assert not list(own.home.glob("data*"))


def test_a_disk_that_cannot_be_written_stops_nothing(own: Settings) -> None:
    control.up(own)
    put(own, "value")
    until_saved(own, 0)
    own.snapshot.with_suffix(".partial").mkdir()  # nothing can be written there, as on a full disk
    put(own, "newer")
    until_logged(own, "the state cannot be saved")
    assert found(own) == ["newer"]
    own.snapshot.with_suffix(".partial").rmdir()
    until_logged(own, "the state is saved again")


def until_logged(settings: Settings, text: str) -> None:
    deadline = time.monotonic() + 30
    while text not in control.log_file(settings).read_text():
        assert time.monotonic() < deadline, f"nothing said: {text}"
        time.sleep(0.05)
