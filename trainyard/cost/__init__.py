"""What a workload costs, from a price table with a date: a run, and a month of its endpoint."""
