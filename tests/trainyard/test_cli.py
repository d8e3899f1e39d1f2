import json

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from spec.schema import json_schema
from tests.trainyard.conftest import WORKLOAD, Cli
from trainyard import __version__
from trainyard.errors import from_aws

pytestmark = pytest.mark.local

COMMANDS = [
    "workloads",
    "data",
    "run",
    "watch",
    "stop",
    "predict",
    "logs",
    "status",
    "schema",
    "doctor",
    "retire",
    "destroy",
]


class Broken:
    """A client whose every call raises."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __getattr__(self, _: str) -> object:
        raise self.error


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "DescribeStacks")


def test_version_and_help(cli: Cli) -> None:
    assert cli("--version").stdout.strip() == f"trainyard {__version__}"
    said = cli("--help").stdout
    assert all(command in said for command in COMMANDS)
    assert "Exit codes" in said


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(cli: Cli, command: str) -> None:
    arguments = [command, "push", "--help"] if command == "data" else [command, "--help"]
    done = cli(*arguments)
    assert done.exit_code == 0
    assert "Example" in done.stdout


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NoCredentialsError(), "no AWS credentials found"),
        (
            EndpointConnectionError(endpoint_url="http://localhost:4566"),
            "check the network and AWS_ENDPOINT_URL",
        ),
        (refusal("ExpiredToken"), "have expired"),
        (refusal("InvalidClientTokenId"), "does not accept the credentials"),
        (refusal("AccessDenied"), "refused DescribeStacks"),
        (refusal("Throttling"), "Throttling"),
    ],
)
def test_troubles_with_aws_are_one_line_and_exit_code_4(cli: Cli, error: Exception, words: str) -> None:
    cli.fakes["cloudformation"] = Broken(error)
    done = cli("status")
    assert done.exit_code == 4
    assert words in done.stderr
    assert "Traceback" not in done.output
    assert isinstance(from_aws(error), Exception)


def test_an_unexpected_error_shows_its_traceback_only_with_debug(cli: Cli) -> None:
    cli.fakes["cloudformation"] = Broken(KeyError("surprise"))
    done = cli("status")
    assert done.exit_code == 1
    assert "unexpected KeyError" in done.stderr
    assert "--debug" in done.stderr
    assert isinstance(cli("--debug", "status").exception, KeyError)


def test_errors_for_machines_are_json_on_stderr(cli: Cli) -> None:
    done = cli("status", "--json")
    said = json.loads(done.stderr)
    assert done.stdout == ""
    assert (said["exit_code"], done.exit_code) == (3, 3)
    assert said["fix"].startswith("npx cdk deploy")


@pytest.mark.parametrize("arguments", [["nope"], ["status", "--nope"], ["run"], ["--stage", "No!", "status"]])
def test_wrong_usage_is_exit_code_2(cli: Cli, arguments: list[str]) -> None:
    assert cli(*arguments).exit_code == 2


def test_every_error_of_the_workload_files_is_listed(cli: Cli) -> None:
    file = cli.folder / WORKLOAD / "workload.yaml"
    file.write_text(file.read_text().replace("accuracy", "rmse").replace("iris.csv", "absent.csv"))
    done = cli("workloads")
    assert done.exit_code == 2
    assert "rmse" in done.stderr
    assert "absent.csv" in done.stderr


def test_schema_is_the_specs_own(cli: Cli) -> None:
    assert json.loads(cli("schema").stdout) == json_schema()
