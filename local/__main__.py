"""`python -m local` is `trainyard-local`."""

from local.cli import main

main()
