"""The stand-in for the linear-learner built-in: linear models for regression and classification.

Written from AWS's documentation of the algorithm and from logs that people published: hyperparameters, metric lines,
data and answer formats are AWS's; the optimisation and the model file are our own.
"""
