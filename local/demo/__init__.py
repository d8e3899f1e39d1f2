"""`make demo` and `make up`: the whole path on the embedded AWS, with the commands that a user would type.

Nothing here is a short cut: `cdk` and `trainyard` run unmodified, as subprocesses, with an environment that
points every AWS client at the embedded AWS; then the deployed API is called over HTTP. The exit code is 0 only
if predictions came back through it.
"""

from local.demo.environment import DEPLOY, ROOT, aws_environment

__all__ = ["DEPLOY", "ROOT", "aws_environment"]
