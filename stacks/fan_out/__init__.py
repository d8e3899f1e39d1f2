"""Many data sets, each with models of its own: one job divides the data, a map trains, one job collects the results."""
