"""Where the compiled library comes from, and what happens where there is none."""

import ctypes
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from compiled import Unavailable, library

pytestmark = pytest.mark.local


ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("file", ["containers/sklearn/Dockerfile", "local/images/xgboost/Dockerfile"])
def test_images_are_compiled_as_hosts_compile(file: str) -> None:
    text = (ROOT / file).read_text()
    assert f"gcc {' '.join(library.COMMAND)} -o /compiled.so /src/*.c" in text
    assert f"COPY --from=compiler /compiled.so {library.CARRIED}" in text


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for file in library.HERE.glob("*.[ch]"):
        shutil.copy(file, tmp_path)
    monkeypatch.setattr(library, "HERE", tmp_path)
    monkeypatch.setattr(library, "CARRIED", tmp_path / "carried.so")
    monkeypatch.delenv("CC", raising=False)
    return tmp_path


def fresh() -> ctypes.CDLL:
    """Load past the cache."""
    return library.load.__wrapped__()


def test_a_host_compiles_once(sources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fresh().forest_mean
    made = list((sources / "__pycache__").iterdir())
    assert [file.suffix for file in made] == [".so"]
    monkeypatch.setenv("CC", "no-such-compiler")
    assert fresh().forest_mean


def test_changed_sources_are_compiled_again(sources: Path) -> None:
    fresh()
    (sources / "rows.c").write_text((sources / "rows.c").read_text() + "\nint added(void) { return 28; }\n")
    assert fresh().added() == 28
    assert len(list((sources / "__pycache__").iterdir())) == 2


def test_an_image_s_own_library_comes_first(sources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    units = [str(file) for file in sources.glob("*.c")]
    subprocess.run(["cc", *library.COMMAND, "-o", str(library.CARRIED), *units], check=True)
    assert fresh().forest_mean
    assert not (sources / "__pycache__").exists()


@pytest.mark.parametrize(
    ("compiler", "said"),
    [
        ("no-such-compiler", "No such file.*no-such-compiler"),
        ("false", "false ended with 1"),
        ("sh -c 'sleep 60'", "timed out"),
    ],
)
def test_without_a_compiler_there_is_none(
    sources: Path, monkeypatch: pytest.MonkeyPatch, compiler: str, said: str
) -> None:
    monkeypatch.setattr(library, "SECONDS", 0.5)
    monkeypatch.setenv("CC", compiler)
    with pytest.raises(Unavailable, match=said):
        fresh()
    assert list((sources / "__pycache__").iterdir()) == []


def test_a_library_that_is_broken_is_none(sources: Path) -> None:
    library.CARRIED.write_bytes(b"nonsense")
    with pytest.raises(Unavailable, match=r"no compiled library: .*carried\.so"):
        fresh()


def test_processes_may_compile_at_once(sources: Path) -> None:
    program = "from pathlib import Path; from compiled import library; library.HERE = Path(%r); library.load()"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program % str(sources)],
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(library.__file__).parents[1])},
        )
        for _ in range(4)
    ]
    assert [process.wait(60) for process in started] == [0, 0, 0, 0]
    assert len(list((sources / "__pycache__").iterdir())) == 1
