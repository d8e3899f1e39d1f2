"""The workload's model package group, and how a run hears that somebody has decided about a version."""
