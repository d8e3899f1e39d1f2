"""A cluster of containers."""

import pytest

from local.runtime import engine
from tests.local.sagemaker.conftest import BUCKET, World
from tests.local.sagemaker.tools import BASE, algorithm, channel, resources, said, until

pytestmark = pytest.mark.image

ENDLESS = "import time; time.sleep(600)"


def test_containers_of_one_job_speak_by_host_name_and_their_network_goes_away(containers: World) -> None:
    program = BASE + (
        "import socket\n"
        "host = json.loads((base / 'input/config/resourceconfig.json').read_text())['current_host']\n"
        "if host == 'algo-1':\n"
        "    server = socket.create_server(('0.0.0.0', 7777)); server.settimeout(60)\n"
        "    (base / 'model/heard').write_text(server.accept()[0].recv(9).decode())\n"
        "else:\n"
        "    for _ in range(300):\n"
        "        try: socket.create_connection(('algo-1', 7777), 5).sendall(b'ahoy'); break\n"
        "        except OSError: time.sleep(0.1)\n"
        "print(socket.gethostname(), os.listdir(base / 'model'), flush=True)\n"
    )
    image = containers.publish("trainyard-test-talk", program)
    job = containers.train("talk", image, ResourceConfig=resources(2), EnableNetworkIsolation=True)
    assert job["TrainingJobStatus"] == "Completed", job
    assert said(containers, "TrainingJobs", "talk/algo-1-", "algo-1") == ["['heard']"]
    assert said(containers, "TrainingJobs", "talk/algo-2-", "algo-2") == ["[]"]
    connection = engine.connect()
    assert connection is not None
    home = f"{engine.LABEL}={containers.settings.home}"
    assert connection.networks.list(filters={"label": home}) == []
    connection.close()


def test_a_killed_container_fails_its_job(containers: World) -> None:
    containers.train("killed", containers.publish("trainyard-test-endless", ENDLESS), wait=False)
    connection = engine.connect()
    assert connection is not None
    home = f"{engine.LABEL}={containers.settings.home}"
    until(lambda: connection.containers.list(filters={"label": home}), "a container")[0].kill()
    connection.close()
    assert containers.training("killed")["FailureReason"] == "AlgorithmError: , exit code: 137"


def test_a_container_reads_pipes_and_its_checkpoints_go_up(containers: World) -> None:
    program = BASE + (
        "text = (base / 'input/data/text_0').read_text()\n"
        "(base / 'checkpoints/seen').write_text(text + (base / 'checkpoints/old').read_text())\n"
    )
    containers.put("pipes/a", "abc")
    containers.put("container-checks/old", "def")
    image = containers.publish("trainyard-test-pipes", program)
    job = containers.train(
        "pipes",
        image,
        AlgorithmSpecification=algorithm(image, "Pipe"),
        InputDataConfig=[channel("text", "pipes/a")],
        CheckpointConfig={"S3Uri": f"s3://{BUCKET}/container-checks"},
    )
    assert job["TrainingJobStatus"] == "Completed", job
    assert containers.get("container-checks/seen") == b"abcdef"
