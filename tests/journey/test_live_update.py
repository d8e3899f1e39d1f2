"""A second run updates the endpoint; who calls the API meanwhile notices nothing."""

import pytest

from tests.journey.deployment import Deployment

FLOWER = {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}


def updated_under_load(deployment: Deployment) -> None:
    before = deployment.endpoint("iris-sklearn")
    with deployment.calling("iris-sklearn", FLOWER) as answers:
        outcome = deployment.run("iris-sklearn", hyperparameters={"forest": {"n_estimators": "20"}})
    assert outcome["status"] == "SUCCEEDED", outcome.get("cause")
    after = deployment.endpoint("iris-sklearn")
    assert after["EndpointStatus"] == "InService"
    assert after["EndpointConfigName"] != before["EndpointConfigName"]
    assert after["CreationTime"] == before["CreationTime"], "the endpoint was made anew instead of updated"
    assert len(answers) > 20
    assert [answer for answer in answers if answer.status != 200] == []
    assert {answer.body["predictions"][0]["label"] for answer in answers} == {"setosa"}
    deployment.settled("iris-sklearn")
    told = deployment.models_told("iris-sklearn").values()
    assert answers[0].body["model"] not in told
    assert deployment.predict("iris-sklearn", [FLOWER]).body["model"] in told


@pytest.mark.local
@pytest.mark.timeout(1200)
def test_update_loses_no_request_on_processes(on_processes: Deployment) -> None:
    updated_under_load(on_processes)


@pytest.mark.image
@pytest.mark.timeout(1200)
def test_update_loses_no_request_on_engine(on_engine: Deployment) -> None:
    updated_under_load(on_engine)
