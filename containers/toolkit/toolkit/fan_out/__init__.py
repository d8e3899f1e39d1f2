"""One table into many data sets, each prepared as a run's own data is, and their results into one table."""
