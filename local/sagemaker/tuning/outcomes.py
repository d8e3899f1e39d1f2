"""How a tuning job's training jobs ended so far, and whether that fails the tuning job."""

ATTEMPTS = 5


class Outcomes:
    """Counts ends; AWS gives up when five attempts gave no objective."""

    def __init__(self) -> None:
        self._succeeded = self._failed = self._silent = self._ended = 0

    def add(self, status: str, objective: float | None) -> None:
        """Take the status of a training job that ended, and its objective if it has one."""
        self._ended += 1
        if objective is not None:
            self._succeeded += 1
        elif status == "Failed":
            self._failed += 1
        elif status == "Completed":
            self._silent += 1

    @property
    def hopeless(self) -> bool:
        """Whether the tuning job fails before its other training jobs are tried."""
        return self._ended >= ATTEMPTS and bool(self.reason)

    @property
    def reason(self) -> str:
        """Why a tuning job that is over failed; empty: it did not."""
        if self._succeeded:
            return ""
        if self._silent:
            return (
                f"No objective metrics found after running {self._failed + self._silent} training jobs. Please ensure"
                " that the custom algorithm is emitting the objective metric as defined by the regular expression"
                " provided."
            )
        if self._failed >= ATTEMPTS:
            return (
                f"No training job succeeded after {ATTEMPTS} attempts. For additional details, please take a look at"
                " the training job failures by listing training jobs for the hyperparameter tuning job."
            )
        if self._failed:
            return "All training jobs failed. Please take a look at the training jobs failures to get more details."
        return ""
