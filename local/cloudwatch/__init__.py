"""The embedded CloudWatch: data points that know percentiles, metric math, alarms that are computed."""
