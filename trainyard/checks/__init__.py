"""What a deployment needs, checked one thing at a time; `trainyard doctor` runs them all."""

from collections.abc import Callable, Iterator

from trainyard.checks import account, images, programs, quotas
from trainyard.checks.finding import Finding
from trainyard.context import Context

Check = Callable[[Context], Iterator[Finding]]
ALL: tuple[Check, ...] = (
    programs.node,
    programs.cdk,
    programs.engine,
    account.region,
    account.credentials,
    account.bootstrap,
    images.formats,
    quotas.quotas,
)
