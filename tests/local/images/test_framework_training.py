"""Script-mode training, on a folder as SageMaker lays it out, with real scripts."""

import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from framework import packages, trainer
from framework.hyperparameters import arguments

from tests.local.images.wheels import shouter

pytestmark = pytest.mark.unit

DUMP = """
    import json, os, sys
    seen = {"arguments": sys.argv[1:], "folder": os.getcwd()}
    seen["variables"] = {name: value for name, value in os.environ.items() if name.startswith("SM_")}
    with open(os.path.join(os.environ["SM_MODEL_DIR"], "seen.json"), "w") as file:
        json.dump(seen, file)
"""


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An `/opt/ml` of a job with two channels."""
    for folder in ("code", "model", "input/config", "output/data"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.setenv("SAGEMAKER_BASE_DIR", str(tmp_path))
    channels = {"train": {"ContentType": "text/csv"}, "validation": {}}
    resources = {
        "hosts": ["algo-1", "algo-2"],
        "current_host": "algo-2",
        "current_instance_type": "ml.m5.large",
        "current_group_name": "homogeneousCluster",
        "instance_groups": [
            {"instance_group_name": "homogeneousCluster", "instance_type": "ml.m5.large", "hosts": ["algo-1", "algo-2"]}
        ],
        "network_interface_name": "eth1",
    }
    (tmp_path / "input/config/inputdataconfig.json").write_text(json.dumps(channels))
    (tmp_path / "input/config/resourceconfig.json").write_text(json.dumps(resources))
    return tmp_path


def write(base: Path, script: str, name: str = "train.py", **hyperparameters: str) -> None:
    (base / "code" / name).write_text(dedent(script))
    values = {"sagemaker_program": json.dumps(name), **hyperparameters}
    (base / "input/config/hyperparameters.json").write_text(json.dumps(values))


def seen(base: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((base / "model" / "seen.json").read_text())
    return found


def failure(base: Path) -> str:
    return (base / "output" / "failure").read_text()


def test_arguments_are_sorted_and_typed_as_the_toolkit_does() -> None:
    values = {"n-estimators": 10, "b": True, "layers": [1, 2], "named": {"y": 1, "x": 2}, "none": None, "name": "a b"}
    assert "|".join(arguments(values)) == (
        "-b|True|--layers|[1, 2]|--n-estimators|10|--name|a b|--named|x=2,y=1|--none|"
    )


def test_a_script_gets_hyperparameters_as_arguments_and_variables(base: Path) -> None:
    write(base, DUMP, depth="3", rate="0.5", kind='"linear"', plain="text", sagemaker_job_name='"job"')
    assert trainer.train() == 0
    found = seen(base)
    assert found["arguments"] == ["--depth", "3", "--kind", "linear", "--plain", "text", "--rate", "0.5"]
    variables = found["variables"]
    assert json.loads(variables["SM_HPS"]) == {"depth": 3, "kind": "linear", "plain": "text", "rate": 0.5}
    assert variables["SM_HP_DEPTH"] == "3"
    assert variables["SM_HP_KIND"] == "linear"
    assert json.loads(variables["SM_USER_ARGS"]) == found["arguments"]
    assert (base / "output" / "success").exists()


def test_a_script_finds_its_folders_and_channels(base: Path) -> None:
    write(base, DUMP)
    assert trainer.train() == 0
    found = seen(base)
    variables = found["variables"]
    assert found["folder"] == str(base / "code")
    assert variables["SM_MODEL_DIR"] == str(base / "model")
    assert variables["SM_CHANNELS"] == '["train","validation"]'
    assert variables["SM_CHANNEL_TRAIN"] == str(base / "input/data/train")
    assert variables["SM_CHANNEL_VALIDATION"] == str(base / "input/data/validation")
    assert variables["SM_OUTPUT_DATA_DIR"] == str(base / "output/data")
    assert variables["SM_OUTPUT_DIR"] == str(base / "output")
    assert variables["SM_INPUT_DIR"] == str(base / "input")
    assert variables["SM_INPUT_CONFIG_DIR"] == str(base / "input/config")
    assert json.loads(variables["SM_INPUT_DATA_CONFIG"])["train"] == {"ContentType": "text/csv"}


def test_a_training_script_may_import_what_its_serving_functions_use(base: Path) -> None:
    write(base, "from sagemaker_containers.beta.framework import encoders, worker")
    assert trainer.train() == 0, failure(base)


def test_a_script_finds_its_cluster(base: Path) -> None:
    write(base, DUMP)
    assert trainer.train() == 0
    variables = seen(base)["variables"]
    assert json.loads(variables["SM_HOSTS"]) == ["algo-1", "algo-2"]
    assert variables["SM_CURRENT_HOST"] == "algo-2"
    assert variables["SM_NETWORK_INTERFACE_NAME"] == "eth1"
    assert variables["SM_CURRENT_INSTANCE_TYPE"] == "ml.m5.large"
    assert int(variables["SM_NUM_CPUS"]) == os.cpu_count()
    assert variables["SM_USER_ENTRY_POINT"] == "train.py"
    assert variables["SM_MODULE_NAME"] == "train"
    assert variables["SM_LOG_LEVEL"] == "20"
    described = json.loads(variables["SM_TRAINING_ENV"])
    assert described["is_master"] is False
    assert described["channel_input_dirs"]["train"] == variables["SM_CHANNEL_TRAIN"]


def test_a_failing_script_leaves_its_error_and_exit_code(base: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write(base, "print('hello', flush=True)\nraise ValueError('depth is wrong')", depth="3")
    assert trainer.train() == 1
    assert failure(base).startswith(
        'ExecuteUserScriptError:\nExitCode 1\nErrorMessage "ValueError: depth is wrong"\nCommand "'
    )
    assert failure(base).endswith('train.py --depth 3"')
    written = capfd.readouterr()
    assert "hello" in written.out
    assert "Traceback" in written.err


def test_the_scripts_own_failure_file_is_kept(base: Path) -> None:
    write(base, "open('../output/failure', 'w').write('no rows')\nraise SystemExit(3)")
    assert trainer.train() == 1
    assert failure(base) == "no rows"


def test_a_missing_entry_point_names_what_there_is(base: Path) -> None:
    write(base, "", "other.py")
    (base / "input/config/hyperparameters.json").write_text('{"sagemaker_program": "train.py"}')
    assert trainer.train() == 1
    assert "train.py is not in" in failure(base)
    assert "other.py" in failure(base)


def test_no_entry_point_is_a_failure(base: Path) -> None:
    assert trainer.train() == 1
    assert "sagemaker_program" in failure(base)


def test_a_shell_script_gets_the_arguments(base: Path) -> None:
    write(base, 'echo "$@" > "$SM_MODEL_DIR/arguments"', "run.sh", title="a b", x="1")
    assert trainer.train() == 0
    assert (base / "model" / "arguments").read_text() == "--title a b -x 1\n"


def archive(base: Path, *members: tuple[str, str]) -> str:
    file = base / "sourcedir.tar.gz"
    with tarfile.open(file, "w:gz") as target:
        for name, text in members:
            info = tarfile.TarInfo(name)
            info.size = len(text)
            target.addfile(info, io.BytesIO(text.encode()))
    return str(file)


def test_code_comes_from_an_archive_of_this_machine(base: Path) -> None:
    source = archive(base, ("train.py", dedent(DUMP)), ("helper.py", ""))
    write(base, "", sagemaker_submit_directory=json.dumps(f"file://{source}"))
    (base / "code" / "train.py").unlink()
    assert trainer.train() == 0
    assert seen(base)["variables"]["SM_MODULE_DIR"] == f"file://{source}"


def test_code_comes_from_a_channel_where_the_network_is_isolated(base: Path) -> None:
    """The SDK names the archive by its path in the container."""
    write(base, "", sagemaker_submit_directory='"/opt/ml/input/data/code/sourcedir.tar.gz"')
    (base / "code" / "train.py").unlink()
    channel = base / "input" / "data" / "code"
    channel.mkdir(parents=True)
    Path(archive(base, ("train.py", dedent(DUMP)))).rename(channel / "sourcedir.tar.gz")
    assert trainer.train() == 0, failure(base)


def test_an_archive_that_leads_out_is_refused(base: Path) -> None:
    source = archive(base, ("../../escaped.py", "1"))
    write(base, "", sagemaker_submit_directory=json.dumps(source))
    (base / "code" / "train.py").unlink()
    assert trainer.train() == 1
    assert "cannot extract" in failure(base)
    assert not (base.parent / "escaped.py").exists()


def test_code_in_s3_that_nobody_placed_is_a_clear_failure(base: Path) -> None:
    write(base, "", sagemaker_submit_directory='"s3://bucket/sourcedir.tar.gz"')
    (base / "code" / "train.py").unlink()
    assert trainer.train() == 1
    assert "s3://bucket/sourcedir.tar.gz" in failure(base)


def test_requirements_are_installed_for_this_job_alone(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_NO_WARN_CONFLICTS", "1")
    write(
        base,
        """
        import os, numpy, shouter
        open(os.path.join(os.environ["SM_MODEL_DIR"], "said"), "w").write(shouter.shout("hi"))
        """,
    )
    (base / "code" / "requirements.txt").write_text(f"{shouter(base)}\nnumpy\n")
    assert trainer.train() == 0, failure(base)
    assert (base / "model" / "said").read_text() == "HI"
    probe = subprocess.run([sys.executable, "-c", "import shouter"], capture_output=True, check=False)
    assert probe.returncode == 1, "the image's own environment must not change"
    installed = {path.name.split("-")[0] for path in (base / "packages").glob("lib/*/site-packages/*.dist-info")}
    assert installed == {"shouter"}, "what the image has is not installed again"


def test_code_with_a_setup_is_installed_and_run_as_a_module(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_BUILD_ISOLATION", "0")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_NO_WARN_CONFLICTS", "1")
    write(base, DUMP, "job.py", depth="3")
    (base / "code" / "setup.py").write_text("from setuptools import setup\nsetup(name='job', py_modules=['job'])\n")
    assert trainer.train() == 0, failure(base)
    assert seen(base)["arguments"] == ["--depth", "3"]
    assert list((base / "packages").glob("lib/*/site-packages/job.py"))


def test_requirements_that_do_not_install_fail_the_job(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_NO_WARN_CONFLICTS", "1")
    write(base, DUMP)
    (base / "code" / "requirements.txt").write_text("there-is-no-such-package-here==1\n")
    assert trainer.train() == 1
    assert failure(base).startswith("InstallRequirementsError:\nExitCode 1\nErrorMessage")
    assert "No matching distribution found for there-is-no-such-package-here==1" in failure(base)
    assert not (base / "model" / "seen.json").exists()


def test_nothing_is_installed_without_requirements(tmp_path: Path) -> None:
    assert packages.install(tmp_path, tmp_path / "packages", module=True) == []
    assert not (tmp_path / "packages").exists()


def test_sigterm_reaches_the_script(base: Path) -> None:
    write(
        base,
        """
        import os, pathlib, signal, sys, time
        model = pathlib.Path(os.environ["SM_MODEL_DIR"])
        def leave(*_):
            (model / "left").touch()
            sys.exit(0)
        signal.signal(signal.SIGTERM, leave)
        (model / "ready").touch()
        time.sleep(60)
        """,
    )
    program = "import sys; from framework import trainer; sys.exit(trainer.train())"
    path = os.pathsep.join(sys.path)
    with subprocess.Popen([sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": path}) as process:
        deadline = time.monotonic() + 30
        while not (base / "model" / "ready").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert (base / "model" / "left").exists()
