"""Script-mode serving: which function answers, with which status, and when /ping is healthy."""

import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import requests
from framework import code, formats
from framework.defaults import Defaults
from framework.handlers import Handler
from framework.problems import ScriptModeError
from framework.server import Settings
from framework.service import FunctionService

from tests.local.images.wheels import shouter

MB = 1024 * 1024


class Doubler:
    """A model."""

    def predict(self, rows: Any) -> Any:
        return np.asarray(rows, dtype=float) * 2


def model_fn(model_dir: str) -> Doubler:
    return Doubler()


def handler(**functions: Callable[..., Any]) -> Handler:
    return Handler(SimpleNamespace(**{"model_fn": model_fn, **functions}), Defaults(), "/model")


def ask(asked: FunctionService, body: bytes, content_type: str = "", accept: str = "") -> tuple[int, str, bytes]:
    """Return status, media type, body."""
    answer = asked.invoke(body, content_type, accept)
    return answer.status, answer.media_type, answer.body


def service(given: Handler, **more: Any) -> FunctionService:
    return FunctionService(given.answer, inline_bytes=0, **more)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("application/json", b"[[2.0, 4.0]]"),
        ("text/csv", b"2.0,4.0\n"),
        ("*/*", b"[[2.0, 4.0]]"),
        ("", b"[[2.0, 4.0]]"),
    ],
)
def test_defaults_read_csv_and_write_what_is_asked(accept: str, expected: bytes) -> None:
    status, media_type, body = ask(service(handler()), b"1,2\n", content_type="text/csv", accept=accept)
    assert (status, body) == (200, expected)
    assert media_type == (accept if accept == "text/csv" else "application/json")


@pytest.mark.unit
def test_numpy_goes_in_and_out() -> None:
    buffer = io.BytesIO()
    np.save(buffer, np.array([[1.5, 2.5]]))
    status, media_type, body = ask(service(handler()), buffer.getvalue(), content_type=formats.NPY, accept=formats.NPY)
    assert (status, media_type) == (200, formats.NPY)
    assert np.load(io.BytesIO(body)).tolist() == [[3.0, 5.0]]


@pytest.mark.unit
def test_a_pickled_array_is_refused() -> None:
    buffer = io.BytesIO()
    np.save(buffer, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    status, _, body = ask(service(handler()), buffer.getvalue(), content_type=formats.NPY)
    assert status == 400, body


@pytest.mark.unit
def test_json_is_read_where_no_type_is_said() -> None:
    assert ask(service(handler()), b"[[1]]")[2] == b"[[2.0]]"


@pytest.mark.unit
def test_the_default_accept_can_be_set() -> None:
    assert ask(service(handler(), default_accept="text/csv"), b"[[1, 2]]")[1:] == ("text/csv", b"2.0,4.0\n")


@pytest.mark.unit
@pytest.mark.parametrize(
    ("headers", "body", "status", "word"),
    [
        ({"content_type": "image/png"}, b"x", 415, "image/png"),
        ({"accept": "image/png"}, b"[[1]]", 406, "image/png"),
        ({"content_type": "application/json"}, b"[[1", 400, "Expecting"),
        ({"content_type": "text/csv"}, b"1,2\n3\n", 400, "inhomogeneous"),
        ({"content_type": "text/csv"}, b"\xff", 400, "utf-8"),
        ({"content_type": formats.NPY}, b"x", 400, ""),
        ({"content_type": "text/csv"}, b"a,b\n", 500, "could not convert"),
    ],
)
def test_errors_have_their_status_and_reason(headers: dict[str, str], body: bytes, status: int, word: str) -> None:
    found, media_type, answer = ask(service(handler()), body, **headers)
    assert (found, media_type) == (status, "application/json")
    assert word in json.loads(answer)["error-message"]


@pytest.mark.unit
def test_what_the_kernel_refuses_has_the_form_of_the_other_errors() -> None:
    answer = service(handler()).refused(405, "GET is not answered at /invocations; use POST")
    assert (answer.status, answer.media_type) == (405, "application/json")
    assert json.loads(answer.body)["error"] == "MethodNotAllowed"
    assert "GET is not answered" in json.loads(answer.body)["error-message"]


@pytest.mark.unit
def test_execution_parameters_are_those_of_the_script() -> None:
    assert service(handler()).execution_parameters() is None
    assert service(handler(), parameters={"MaxPayloadInMB": 3}).execution_parameters() == b'{"MaxPayloadInMB": 3}'


@pytest.mark.unit
def test_own_functions_go_before_defaults() -> None:
    given = handler(
        input_fn=lambda body, media_type: [float(part) for part in body.decode().split("|")],
        predict_fn=lambda data, model: sum(model.predict(data)),
        output_fn=lambda prediction, accept: (f"<{prediction}>", "text/xml"),
    )
    assert ask(service(given), b"1|2", content_type="text/pipes") == (200, "text/xml", b"<6.0>")


@pytest.mark.unit
def test_scripts_may_answer_with_the_response_of_awss_package() -> None:
    from sagemaker_containers.beta.framework import encoders, worker

    given = handler(
        input_fn=lambda body, media_type: encoders.csv_to_numpy(body, float),
        output_fn=lambda prediction, accept: worker.Response(
            encoders.array_to_csv(prediction), accept, mimetype=accept
        ),
    )
    answer = ask(service(given), b"1,2", content_type="text/csv", accept="text/csv")
    assert answer == (200, "text/csv", b"2.0,4.0\n")


@pytest.mark.unit
def test_a_module_that_is_not_there_is_named() -> None:
    with pytest.raises(ScriptModeError, match=r"there is no module not_here\.inference"):
        code.load("not_here.inference", [])
    assert code.load("", []) is None


@pytest.mark.unit
def test_a_script_may_be_called_as_a_module_of_the_image(tmp_path: Path) -> None:
    (tmp_path / "serving.py").write_text("import framework\nNAME = framework.NAME\n")
    (tmp_path / "framework.py").write_text("NAME = 'the user'\n")
    program = "import sys; from pathlib import Path; from framework import code, server"
    program += "; print(code.load('serving', [Path(sys.argv[1])]).NAME)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", program, str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout == "the user\n", done.stderr


@pytest.mark.unit
def test_transform_fn_does_it_all() -> None:
    given = handler(transform_fn=lambda model, body, media_type, accept: f"{type(model).__name__} {body} {accept}")
    assert ask(service(given), b"x", content_type="text/csv")[2] == b"Doubler x application/json"


@pytest.mark.unit
def test_transform_fn_beside_the_others_is_refused() -> None:
    with pytest.raises(ScriptModeError, match="Cannot use transform_fn"):
        handler(transform_fn=print, input_fn=print)


@pytest.mark.unit
def test_a_module_without_model_fn_cannot_be_served() -> None:
    with pytest.raises(NotImplementedError, match="Please provide a model_fn implementation"):
        Handler(SimpleNamespace(), Defaults(), "/model")


@pytest.mark.unit
def test_settings_come_from_the_variables_of_the_toolkit() -> None:
    given = {"SAGEMAKER_MODEL_SERVER_WORKERS": "3", "SAGEMAKER_MODEL_SERVER_TIMEOUT": "9", "SAGEMAKER_PROGRAM": "a.py"}
    settings = Settings.from_environment(given)
    server = settings.server
    assert (server.workers, server.invocation_seconds, server.port, settings.program) == (3, 9, 8080, "a.py")
    with pytest.raises(ScriptModeError, match="SAGEMAKER_MODEL_SERVER_WORKERS='many'"):
        Settings.from_environment({"SAGEMAKER_MODEL_SERVER_WORKERS": "many"})


@pytest.mark.unit
def test_the_largest_body_is_asked_for_in_megabytes() -> None:
    assert Settings.from_environment({}).server.max_body_bytes == 100 * MB
    assert Settings.from_environment({"SAGEMAKER_MAX_PAYLOAD_IN_MB": "7"}).server.max_body_bytes == 7 * MB


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def served(base: Path, script: str, **variables: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run `framework.serve` on a script."""
    (base / "model" / "code").mkdir(parents=True, exist_ok=True)
    (base / "model" / "code" / "inference.py").write_text(dedent(script))
    port = free_port()
    program = "import sys; from framework import defaults, server; sys.exit(server.serve(defaults.Defaults()))"
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "SAGEMAKER_BASE_DIR": str(base),
        "SAGEMAKER_BIND_TO_PORT": str(port),
        "SAGEMAKER_PROGRAM": "inference.py",
        "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
        "SAGEMAKER_MODEL_SERVER_WORKERS": "1",
        **variables,
    }
    process = subprocess.Popen([sys.executable, "-c", program], env=environment)
    try:
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.kill()
        process.wait(10)


def until(found: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def until_healthy(url: str) -> None:
    def healthy() -> bool:
        try:
            return requests.get(f"{url}/ping", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    until(healthy)


@pytest.mark.local
def test_a_script_is_served_once_its_model_is_loaded(tmp_path: Path) -> None:
    script = """
        import pathlib, time
        def model_fn(model_dir):
            time.sleep(0.5)
            pathlib.Path(model_dir, "loaded").touch()
            return len(pathlib.Path(model_dir).name)
        def predict_fn(data, model):
            return data * model
    """
    with served(tmp_path, script) as (url, process):
        until_healthy(url)
        assert (tmp_path / "model" / "loaded").exists()
        answer = requests.post(f"{url}/invocations", data="[1, 2]", headers={"Accept": "text/csv"}, timeout=10)
        assert answer.text == "5\n10\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


@pytest.mark.local
def test_requirements_beside_the_script_are_there_when_it_serves(tmp_path: Path) -> None:
    script = """
        import shouter
        def model_fn(model_dir):
            return shouter.shout("loaded")
        def predict_fn(data, model):
            return model
    """
    (tmp_path / "model" / "code").mkdir(parents=True)
    (tmp_path / "model" / "code" / "requirements.txt").write_text(f"{shouter(tmp_path)}\n")
    with served(tmp_path, script, PIP_NO_INDEX="1", PIP_NO_WARN_CONFLICTS="1") as (url, _):
        until_healthy(url)
        assert requests.post(f"{url}/invocations", data="[1]", timeout=10).json() == "LOADED"


@pytest.mark.local
def test_a_model_that_does_not_load_ends_the_server(tmp_path: Path) -> None:
    with served(tmp_path, "def model_fn(model_dir):\n    raise ValueError('broken')") as (_, process):
        assert process.wait(30) != 0


SLEEPER = """
    import os, pathlib, time
    def model_fn(model_dir):
        pathlib.Path(model_dir, f"{os.getpid()}.loaded").touch()
        return 0
    def predict_fn(data, model):
        time.sleep(float(data))
        return data
"""


@pytest.mark.local
def test_a_request_beyond_the_timeout_does_not_stop_the_next(tmp_path: Path) -> None:
    with served(tmp_path, SLEEPER, SAGEMAKER_MODEL_SERVER_TIMEOUT="1") as (url, _):
        until_healthy(url)
        answer = requests.post(f"{url}/invocations", data="60", timeout=20)
        assert answer.status_code == 500
        assert "longer than 1 seconds" in answer.json()["error-message"]
        until_healthy(url)
        assert requests.post(f"{url}/invocations", data="0", timeout=10).text == "0"


@pytest.mark.local
def test_while_a_script_computes_or_hangs_others_are_answered(tmp_path: Path) -> None:
    variables = {"SAGEMAKER_MODEL_SERVER_TIMEOUT": "2", "SAGEMAKER_MODEL_SERVER_WORKERS": "2"}
    with (
        served(tmp_path, SLEEPER, **variables) as (url, _),
        requests.Session() as session,
        ThreadPoolExecutor(1) as elsewhere,
    ):
        until(lambda: len(list(tmp_path.glob("model/*.loaded"))) == 2)
        until_healthy(url)
        hanging = elsewhere.submit(requests.post, f"{url}/invocations", data="60", timeout=20)
        time.sleep(0.5)
        answered = 0
        while not hanging.done():
            assert requests.get(f"{url}/ping", timeout=5).status_code == 200
            assert session.post(f"{url}/invocations", data="0.1", timeout=10).text == "0.1"
            answered += 1
        assert answered > 3
        assert hanging.result().status_code == 500
        until(lambda: len(list(tmp_path.glob("model/*.loaded"))) == 3)
