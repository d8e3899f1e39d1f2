"""Pictures of an evaluation, drawn from the same data that curves.json holds."""
