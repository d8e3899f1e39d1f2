"""A cluster of containers."""

import pytest

from local.runtime import engine
from tests.local.sagemaker.conftest import World
from tests.local.sagemaker.tools import BASE, resources, said

pytestmark = pytest.mark.image


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
