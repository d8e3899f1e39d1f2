"""When a server does not start on what it finds, and how that can be mended."""

from dataclasses import replace
from pathlib import Path

import pytest

from local.persistence import snapshot
from local.persistence.alone import only_server
from local.persistence.bodies import Bodies
from local.persistence.errors import StateRefused
from local.persistence.gate import Gate
from local.persistence.kept import Kept, set_aside
from local.persistence.snapshot import Header, Origin
from local.settings import Settings

pytestmark = pytest.mark.unit


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", port=4566, runtime="auto")


def test_another_port_is_refused_with_a_way_out(settings: Settings) -> None:
    snapshot.private_folder(settings.data)
    snapshot.write(settings.snapshot, Header(origin=Origin.here(), port=4567, runtime="process", saved=1.0), b"state")
    with pytest.raises(StateRefused, match=r"TRAINYARD_PORT=4567.* trainyard-local clean"):
        Kept.open(settings)
    assert settings.snapshot.exists()


def test_the_other_runtime_is_refused_with_a_way_out(settings: Settings) -> None:
    kept = Kept(settings, Gate(), Bodies(settings.data / "objects"), runtime="engine")
    with pytest.raises(StateRefused, match=r"TRAINYARD_RUNTIME=engine and start .* trainyard-local clean"):
        kept.check_runtime("process")
    kept.check_runtime("engine")


def test_a_home_has_one_server(settings: Settings) -> None:
    with (
        only_server(settings),
        pytest.raises(StateRefused, match=rf"port 4566\) uses {settings.home}"),
        only_server(replace(settings, port=1)),
    ):
        pass
    with only_server(settings):
        pass


def test_what_was_set_aside_before_stays(settings: Settings) -> None:
    asides = set()
    for content in ("one", "two", "three"):
        settings.data.mkdir(parents=True)
        (settings.data / "file").write_text(content)
        asides.add(set_aside(settings.data))
    assert sorted((aside / "file").read_text() for aside in asides) == ["one", "three", "two"]
