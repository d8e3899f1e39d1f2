import pytest

from spec.deployment import Deployment
from spec.errors import SpecErrors
from spec.loader import load_workload
from tests.spec.cases import FOLDER

pytestmark = pytest.mark.unit


def _mistakes(environment: dict[str, str]) -> list[str]:
    with pytest.raises(SpecErrors) as raised:
        Deployment.from_environment(environment)
    return str(raised.value).splitlines()


def test_defaults_need_no_environment() -> None:
    deployment = Deployment.from_environment({"PATH": "/bin", "TRAINYARD_ALERT_EMAIL": ""})
    assert (deployment.stage, deployment.alert_email, deployment.workloads) == ("dev", None, None)
    assert deployment.tags == {}


def test_environment_is_read() -> None:
    deployment = Deployment.from_environment(
        {
            "TRAINYARD_STAGE": "prod2",
            "TRAINYARD_ALERT_EMAIL": "ops@example.com",
            "TRAINYARD_WORKLOADS": "iris-sklearn, boston",
            "TRAINYARD_TAGS": "team=ml,cost-centre=42",
        }
    )
    assert deployment == Deployment(
        stage="prod2",
        alert_email="ops@example.com",
        workloads=frozenset({"iris-sklearn", "boston"}),
        tags={"team": "ml", "cost-centre": "42"},
    )


def test_all_mistakes_name_their_variable() -> None:
    lines = _mistakes(
        {
            "TRAINYARD_STAGE": "Production",
            "TRAINYARD_ALERT_EMAIL": "ops",
            "TRAINYARD_WORKLOADS": "Iris",
            "TRAINYARD_TAGS": "aws:x=1",
        }
    )
    assert [line.split(": ")[1] for line in lines] == [
        "TRAINYARD_STAGE",
        "TRAINYARD_ALERT_EMAIL",
        "TRAINYARD_WORKLOADS.0",
        "TRAINYARD_TAGS.aws:x",
    ]
    assert lines[0].endswith("'Production': at most 8 lower-case letters and digits, beginning with a letter")


def test_stage_and_workload_are_at_most_24_characters() -> None:
    iris = load_workload(FOLDER / "valid" / "iris.yaml").model_copy(update={"name": "a" * 17})
    Deployment(stage="staging").check([iris])
    with pytest.raises(SpecErrors, match="at most 16 characters in stage staging1, 24 together"):
        Deployment(stage="staging1").check([iris])
