"""What can go wrong in script mode, under the names that AWS's toolkits print."""


class ScriptModeError(Exception):
    """The user's code or settings are at fault; the text is fit for a FailureReason."""


class CommandFailed(ScriptModeError):
    """A program that was run for the user ended with a code other than 0.

    The text has the form that AWS's training toolkit writes: class, exit code, message, command.
    """

    def __init__(self, command: str, code: int, message: str = "") -> None:
        name = type(self).__name__
        super().__init__(f'{name}:\nExitCode {code}\nErrorMessage "{message}"\nCommand "{command}"')
        self.code = code


class ExecuteUserScriptError(CommandFailed):
    """The user's script failed."""


class InstallRequirementsError(CommandFailed):
    """The packages of the user's requirements.txt cannot be installed."""


class InstallModuleError(CommandFailed):
    """The user's code has a setup.py and cannot be installed."""


class UnsupportedFormatError(Exception):
    """No default function reads or writes this media type."""

    def __init__(self, media_type: str) -> None:
        super().__init__(
            f"Content type {media_type} is not supported by this framework. Please implement input_fn to deserialize"
            " the request data or an output_fn to serialize the response."
        )


class RequestProblem(Exception):
    """A request that gets an error status; the text is its reason, the name that of the error behind it."""

    def __init__(self, status: int, error: BaseException) -> None:
        super().__init__(str(error))
        self.status = status
        self.name = type(error).__name__
