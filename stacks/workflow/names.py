"""Names that the state machine gives while it runs, as JSONata: readable, unique across retries and redrives.

A hash of the execution, the candidate and both counters makes a name new whenever a job is tried again;
SageMaker refuses a job's name that was ever used before. A model costs nothing and is made at once: its name is the
same in every try, so that one whose answer was lost is found. The limits are 63 characters, 32 for tuning jobs.
"""

from dataclasses import dataclass

HASH_LENGTH = 10
LONGEST_TUNING_NAME = 32
TUNING_HASH_LENGTH = 8

CANDIDATE = "$candidate.name"
_NOBODY = "''"


_CONTEXT = "$states.context"


@dataclass(frozen=True)
class Run:
    """JSONata: what tells an execution and its tries from others."""

    name: str
    retries: str
    redrives: str


_THIS = Run(
    name=f"{_CONTEXT}.Execution.Name",
    retries=f"{_CONTEXT}.State.RetryCount",
    redrives=f"{_CONTEXT}.Execution.RedriveCount",
)


def digest(part: str, length: int = HASH_LENGTH, *, of_try: bool = True, run: Run = _THIS) -> str:
    """The first hex digits of a hash over what makes a try unique; absent counters count as nothing.

    Not `of_try`: the same for all retries until a redrive.
    """
    retry = f"{run.retries} & '/' & " if of_try else ""
    return f"$substring($hash({run.name} & '/' & {part} & '/' & {retry}{run.redrives}, 'SHA-256'), 0, {length})"


@dataclass(frozen=True)
class Names:
    """Names of one workload in one stage; `stage` and `workload` together have at most 24 characters.

    No workload's name begins with another's and a dash, so what begins with `prefix-` is this workload's.
    """

    stage: str
    workload: str

    @property
    def prefix(self) -> str:
        """Begins every name of this workload; also the endpoint's name and the lease's key."""
        return f"{self.stage}-{self.workload}"

    @property
    def endpoints(self) -> tuple[str, str]:
        """The workload's endpoint, and the one that takes its place when the schema changes, and back."""
        return self.prefix, f"{self.prefix}-2"

    def machine(self, kind: str) -> str:
        """The state machine beside the run's own: shift, batch, fan-out, retire."""
        return f"{self.prefix}-{kind}"

    def alarms(self, variant: str) -> tuple[str, str]:
        """The alarms of one variant, on whichever endpoint it serves: server errors, and latency."""
        return f"{self.prefix}-{variant}-5xx", f"{self.prefix}-{variant}-latency"

    def feedback_alarm(self, variant: str) -> str:
        """The alarm on a variant's metric from feedback, by setting; a shift watches it if it exists."""
        return f"{self.prefix}-{variant}-feedback"

    @property
    def retired(self) -> str:
        """The item beside the lease that says when the workload was taken off; no lease has such a key."""
        return f"{self.prefix}/retired"

    @property
    def pointer(self) -> str:
        """The parameter that says what is live."""
        return f"/trainyard/{self.stage}/{self.workload}/live"

    @property
    def prepare_job(self) -> str:
        """JSONata: the processing job that prepares the data."""
        return f"'{self.prefix}-prepare-' & {digest(_NOBODY)}"

    @property
    def candidate(self) -> str:
        """JSONata: a job of the candidate at hand."""
        return f"'{self.prefix}-' & {CANDIDATE} & '-' & {digest(CANDIDATE)}"

    @property
    def model(self) -> str:
        """JSONata: the model of the candidate at hand."""
        return f"'{self.prefix}-' & {CANDIDATE} & '-' & {digest(CANDIDATE, of_try=False)}"

    def rival(self, name: str) -> str:
        """JSONata: a job that tries a live model on this run's test set; `name` is JSONata, its variant's name."""
        part = f"'live/' & {name}"
        return f"'{self.prefix}-' & {name} & '-' & {digest(part)}"

    @property
    def tuning_job(self) -> str:
        """JSONata: the tuning job of the candidate at hand; candidate and hash shrink rather than the prefix."""
        room = LONGEST_TUNING_NAME - len(self.prefix) - 1
        shown = room - TUNING_HASH_LENGTH - 1
        if shown < 1:
            return f"'{self.prefix}-' & {digest(CANDIDATE, min(HASH_LENGTH, room))}"
        return f"'{self.prefix}-' & $substring({CANDIDATE}, 0, {shown}) & '-' & {digest(CANDIDATE, TUNING_HASH_LENGTH)}"

    @property
    def config(self) -> str:
        """JSONata: the endpoint config of the run."""
        return f"'{self.prefix}-' & {digest(_NOBODY)}"

    @property
    def model_pattern(self) -> str:
        """JSONata's regular expression of every model of this workload, whatever its candidates were called."""
        return f"/^{self.prefix}-[a-z0-9-]+-[0-9a-f]{{{HASH_LENGTH}}}$/"

    @property
    def config_pattern(self) -> str:
        """JSONata's regular expression of every config of this workload, and of no other's."""
        return f"/^{self.prefix}-[0-9a-f]{{{HASH_LENGTH}}}$/"
