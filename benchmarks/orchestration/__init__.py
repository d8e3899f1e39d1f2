"""What a run of a workflow takes beside its jobs, and where that goes."""
