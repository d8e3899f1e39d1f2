import json
import time
from dataclasses import replace

import pytest
import urllib3

from local.runtime import engine
from local.runtime.interface import ImageNotFoundError
from tests.local.runtime.conftest import DOCKERFILE, Bench

BASE = """\
import json, os, pathlib, signal, sys, time
base = pathlib.Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
"""


def test_arguments_environment_and_folder_reach_the_program(bench: Bench) -> None:
    program = BASE + (
        "told = [sys.argv[1:], os.environ['GREETING'], os.environ['COLOUR'], os.getcwd(), __file__]\n"
        "(base / 'model' / 'told.json').write_text(json.dumps(told))\n"
        "print('out'); print('err', file=sys.stderr); sys.exit(5)\n"
    )
    handle = bench.runtime.start(
        bench.launch(bench.publish("tells", program), "train", COLOUR="red"), bench.lines.append
    )
    assert handle.wait(60) == 5
    arguments, greeting, colour, folder, file = json.loads((bench.base_dir / "model" / "told.json").read_text())
    assert (arguments, greeting, colour) == (["train"], "good day", "red")
    assert folder.endswith("/opt/program")
    assert file.endswith("/opt/program/program.py")
    assert sorted(bench.lines) == ["err", "out"]


def test_code_that_an_image_brings_below_opt_ml_stays_visible(bench: Bench) -> None:
    dockerfile = (
        DOCKERFILE + 'COPY program.py /opt/ml/code/program.py\nENTRYPOINT ["python3", "/opt/ml/code/program.py"]\n'
    )
    uri = bench.publish("brings", BASE + "print(sorted(path.name for path in base.iterdir()))\n", dockerfile)
    handle = bench.runtime.start(bench.launch(uri), bench.lines.append)
    assert handle.wait(60) == 0
    assert "model" in bench.lines[0]


def test_a_server_answers_where_the_handle_says(bench: Bench) -> None:
    program = BASE + (
        "from http.server import BaseHTTPRequestHandler, HTTPServer\n"
        "class H(BaseHTTPRequestHandler):\n"
        "    def do_GET(self): self.send_response(200); self.end_headers(); self.wfile.write(b'pong')\n"
        "HTTPServer(('0.0.0.0', int(os.environ.get('SAGEMAKER_BIND_TO_PORT', '8080'))), H).serve_forever()\n"
    )
    handle = bench.runtime.start(
        bench.launch(bench.publish("serves", program), "serve", serves=True), bench.lines.append
    )
    assert urllib3.request("GET", handle.url + "/ping", retries=urllib3.Retry(20, backoff_factor=0.1)).data == b"pong"
    handle.stop(1)
    assert handle.wait(0) is not None
    with pytest.raises(urllib3.exceptions.HTTPError):
        urllib3.request("GET", handle.url + "/ping", retries=False)


def test_sigterm_is_passed_on_and_the_program_ends_in_its_own_way(bench: Bench) -> None:
    program = BASE + (
        "signal.signal(signal.SIGTERM, lambda *_: (print('goodbye', flush=True), sys.exit(3)))\n"
        "print('ready', flush=True); time.sleep(600)\n"
    )
    handle = bench.runtime.start(bench.launch(bench.publish("polite", program)), bench.lines.append)
    wait_for(bench, "ready")
    handle.stop(10)
    assert handle.wait(0) == 3
    assert bench.lines == ["ready", "goodbye"]


def test_who_ignores_sigterm_is_killed_when_the_grace_is_over(bench: Bench) -> None:
    program = BASE + "signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(600)\n"
    handle = bench.runtime.start(bench.launch(bench.publish("rude", program)), bench.lines.append)
    wait_for(bench, "ready")
    started = time.monotonic()
    handle.stop(1)
    assert handle.wait(0) == 137
    assert time.monotonic() - started < 10


def test_an_image_that_nobody_published_is_named(bench: Bench) -> None:
    with pytest.raises(ImageNotFoundError, match=r"nobody:1 is not published here\. Published images: none"):
        bench.runtime.start(bench.launch("123456789012.dkr.ecr.us-east-1.amazonaws.com/nobody:1"), bench.lines.append)


XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"


def test_an_image_of_aws_is_run_by_its_stand_in_which_knows_for_whom(bench: Bench) -> None:
    bench.stand_in("xgboost", "import os, sys; print(os.environ['STAND_IN_FOR'], *sys.argv[1:])")
    handle = bench.runtime.start(bench.launch(XGBOOST, "train"), bench.lines.append)
    assert handle.wait(60) == 0
    assert bench.lines == ["sagemaker-xgboost:1.7-1 train"]


def test_a_changed_stand_in_is_made_anew(bench: Bench) -> None:
    bench.stand_in("xgboost", "print('first')")
    assert bench.runtime.start(bench.launch(XGBOOST), bench.lines.append).wait(60) == 0
    bench.stand_in("xgboost", "print('second')")
    assert bench.runtime.start(bench.launch(XGBOOST), bench.lines.append).wait(60) == 0
    assert bench.lines == ["first", "second"]


def wait_for(bench: Bench, line: str) -> None:
    deadline = time.monotonic() + 20
    while line not in bench.lines:
        assert time.monotonic() < deadline, bench.lines
        time.sleep(0.02)


@pytest.mark.image
@pytest.mark.parametrize("bench", ["engine"], indirect=True)
def test_containers_of_one_network_find_each_other_by_host_name_and_nobody_else(bench: Bench) -> None:
    program = BASE + (
        "import socket\n"
        "if sys.argv[1] == 'listen':\n"
        "    server = socket.create_server(('0.0.0.0', 9999)); server.settimeout(60)\n"
        "    print(socket.gethostname(), 'heard', server.accept()[0].recv(9).decode())\n"
        "else:\n"
        "    for _ in range(300):\n"
        "        try:\n"
        "            socket.create_connection(('algo-1', 9999), 5).sendall(b'ahoy'); break\n"
        "        except OSError: time.sleep(0.1)\n"
    )
    image = bench.publish("peers", program)
    network = bench.runtime.open_network("peers")
    first, second = (
        replace(bench.launch(image, word), host_name=host, network=network)
        for host, word in (("algo-1", "listen"), ("algo-2", "speak"))
    )
    handles = [bench.runtime.start(launch, bench.lines.append) for launch in (first, second)]
    assert [handle.wait(60) for handle in handles] == [0, 0]
    assert bench.lines == ["algo-1 heard ahoy"]
    bench.runtime.close_network(network)
    assert network not in networks()


@pytest.mark.image
@pytest.mark.parametrize("bench", ["engine"], indirect=True)
def test_an_isolated_container_reaches_nobody_and_close_removes_what_was_left_open(bench: Bench) -> None:
    program = BASE + (
        "import socket\n"
        "try: socket.create_connection(('192.0.2.1', 80), 2)\n"
        "except OSError as error: print(type(error).__name__, error.errno)\n"
    )
    network = bench.runtime.open_network("alone", isolated=True)
    launch = replace(bench.launch(bench.publish("alone", program)), network=network)
    assert bench.runtime.start(launch, bench.lines.append).wait(60) == 0
    assert bench.lines == ["OSError 101"]
    bench.runtime.close()
    assert network not in networks()


def networks() -> list[str]:
    connection = engine.connect()
    assert connection is not None
    found = [str(network.name) for network in connection.networks.list()]
    connection.close()
    return found
