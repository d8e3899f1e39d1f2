"""What `scripts/setup` says when the machine lacks something: one line, what is missing and how to mend it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOOLS = ("bash", "dirname", "cat", "cksum", "grep", "tail", "df", "awk", "mktemp", "rm", "uname")

pytestmark = pytest.mark.local


class Machine:
    """A checkout and a PATH that holds only what the test puts there."""

    def __init__(self, folder: Path) -> None:
        self.checkout, self.programs = folder / "checkout", folder / "bin"
        (self.checkout / "scripts").mkdir(parents=True)
        self.programs.mkdir()
        shutil.copy(ROOT / "scripts/setup", self.checkout / "scripts/setup")
        for name in ("requirements-dev.txt", "pyproject.toml", "package-lock.json"):
            (self.checkout / name).touch()
        (self.checkout / "requirements.txt").write_text("six==1.17.0\n")
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found is not None, f"{tool} is missing here"
            (self.programs / tool).symlink_to(found)
        self.program("node", 'case "$1" in -p) echo 22;; *) echo v22.1.0;; esac')
        self.program("npm", "exit 0")
        self.program("python3", f'exec {sys.executable} "$@"')

    def program(self, name: str, script: str) -> None:
        path = self.programs / name
        path.unlink(missing_ok=True)
        path.write_text(f"#!{shutil.which('bash')}\n{script}\n")
        path.chmod(0o755)

    def setup(self, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.programs / "bash"), "scripts/setup"],
            cwd=self.checkout, env={"PATH": str(self.programs), **environment},
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    def refusal(self, **environment: str) -> str:
        """The last line of a setup that must fail."""
        process = self.setup(**environment)
        assert process.returncode == 1, process
        return process.stderr.splitlines()[-1]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_missing_node_is_named_with_the_version_to_install(machine: Machine) -> None:
    (machine.programs / "node").unlink()
    assert machine.refusal().startswith("setup: Node.js is missing; install version 20 or newer")


def test_old_node_is_named_with_its_version(machine: Machine) -> None:
    machine.program("node", 'case "$1" in -p) echo 18;; *) echo v18.19.0;; esac')
    assert machine.refusal() == "setup: Node.js v18.19.0 is too old for the CDK; install version 20 or newer"


def test_missing_npm_is_named(machine: Machine) -> None:
    (machine.programs / "npm").unlink()
    assert machine.refusal().startswith("setup: npm is missing")


def test_old_python_is_named_with_what_to_do(machine: Machine) -> None:
    machine.program("python3", '[ "$1" = --version ] && echo Python 3.9.2; exit 1')
    said = machine.refusal()
    assert "no Python 3.11 or newer found (python3 is Python 3.9.2)" in said
    assert "make PYTHON=" in said


def test_full_disk_is_told_before_anything_is_installed(machine: Machine) -> None:
    machine.program("df", "printf 'Filesystem 1M Used Available\\n/dev/x 9 9 12 99%% /\\n'")
    assert "only 12 MB free" in machine.refusal()
    assert not (machine.checkout / ".venv").exists()


def test_no_network_is_told(machine: Machine) -> None:
    said = machine.refusal(PIP_INDEX_URL="http://127.0.0.1:9/simple", PIP_RETRIES="0", PIP_CONFIG_FILE="/dev/null")
    assert said.startswith("setup: no network while installing Python packages into .venv")


def test_what_is_installed_is_not_installed_again(machine: Machine) -> None:
    (machine.checkout / "requirements.txt").write_text("")
    machine.program("npm", "mkdir -p node_modules; echo ran >>npm.log")
    (machine.programs / "mkdir").symlink_to(str(shutil.which("mkdir")))
    stamp = machine.checkout / ".venv/bin/python"
    stamp.parent.mkdir(parents=True)
    stamp.write_text(f"#!{shutil.which('bash')}\necho $* >>pip.log\n")
    stamp.chmod(0o755)
    assert machine.setup().returncode == 0
    first = (machine.checkout / "pip.log").read_text()
    assert machine.setup().returncode == 0
    assert (machine.checkout / "npm.log").read_text() == "ran\n"
    assert (machine.checkout / "pip.log").read_text() == first
