import os

import pytest
from serving import Settings

pytestmark = pytest.mark.unit


def test_defaults_are_a_worker_per_core_and_sagemakers_port_and_payload() -> None:
    settings = Settings.from_environment({})
    assert (settings.port, settings.workers) == (8080, len(os.sched_getaffinity(0)))
    assert settings.max_body_bytes == 100 * 1024 * 1024


def test_image_has_defaults_of_its_own() -> None:
    settings = Settings.from_environment({}, workers=3, max_body_mb=6)
    assert (settings.workers, settings.max_body_bytes) == (3, 6 * 1024 * 1024)


def test_variables_count_more() -> None:
    given = {"SAGEMAKER_BIND_TO_PORT": "80", "SAGEMAKER_MODEL_SERVER_WORKERS": " 2 ", "MAX_BODY_MB": "20"}
    settings = Settings.from_environment(given, workers=3, max_body_mb=6)
    assert (settings.port, settings.workers, settings.max_body_bytes) == (80, 2, 20 * 1024 * 1024)


@pytest.mark.parametrize("value", ["", "  "])
def test_blank_variable_is_none(value: str) -> None:
    assert Settings.from_environment({"SAGEMAKER_BIND_TO_PORT": value}).port == 8080


@pytest.mark.parametrize("value", ["0", "-1", "+1", "1.5", "many", "\u0663", "1_0", "9" * 5000, "99999"])
@pytest.mark.parametrize(
    ("name", "most"), [("SAGEMAKER_BIND_TO_PORT", 65535), ("SAGEMAKER_MODEL_SERVER_WORKERS", 256), ("MAX_BODY_MB", 100)]
)
def test_wrong_value_is_told_with_its_name_and_what_is_allowed(name: str, value: str, most: int) -> None:
    with pytest.raises(ValueError, match="must be") as told:
        Settings.from_environment({name: value})
    assert str(told.value) == f"environment variable {name}={value!r} must be a whole number from 1 to {most}"
