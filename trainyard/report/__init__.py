"""One page about a run: read what the run left, write one HTML file that needs nothing else."""
