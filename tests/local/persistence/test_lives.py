"""How a server's life may end and the next begin: killed, damaged, moved, refused, forgotten."""

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from local import control
from local.clients import client
from local.control import ControlError
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
    control.up(own)
    assert found(own) == []


def test_a_damaged_snapshot_is_set_aside_and_said(own: Settings) -> None:
    control.up(own)
    put(own, "value")
    control.down(own)
    own.snapshot.write_bytes(own.snapshot.read_bytes()[:-5])
    control.up(own)
    (aside,) = own.home.glob("data.aside-*")
    assert (aside / "snapshot").exists()
    state = (control.health(own) or {})["state"]
    assert "is damaged" in state
    assert str(aside) in state
    assert "starting empty" in control.log_file(own).read_text()
    assert found(own) == []
    put(own, "anew")
    control.down(own)
    control.clean(own)
    assert not list(own.home.glob("data*"))


def test_another_port_is_refused_with_a_way_out(own: Settings) -> None:
    control.up(own)
    put(own, "value")
    control.down(own)
    with pytest.raises(ControlError, match=f"TRAINYARD_PORT={own.port}.* trainyard-local clean"):
        control.up(replace(own, port=free_port()))
    control.up(own)
    assert found(own) == ["value"]


def test_a_home_has_one_server(own: Settings) -> None:
    control.up(own)
    put(own, "value")
    with pytest.raises(ControlError, match=f"port {own.port}\\) uses {own.home}"):
        control.up(replace(own, port=free_port()))
    assert found(own) == ["value"]
    control.down(own)
    control.up(own)
    assert found(own) == ["value"]


def test_a_disk_that_cannot_be_written_stops_nothing(own: Settings) -> None:
    control.up(own)
    put(own, "value")
    until_saved(own, 0)
    own.snapshot.with_suffix(".partial").mkdir()  # nothing can be written there, as on a full disk
    put(own, "newer")
    deadline = time.monotonic() + 30
    while "the state cannot be saved" not in control.log_file(own).read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert found(own) == ["newer"]
    own.snapshot.with_suffix(".partial").rmdir()
    control.down(own)  # the last moment to save
    control.up(own)
    assert found(own) == ["newer"]
