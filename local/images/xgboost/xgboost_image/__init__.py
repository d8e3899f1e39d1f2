"""Stand-in for AWS's XGBoost image: the built-in algorithm, and the framework in script mode.

Written from AWS's documentation and from what its container is seen to do. One version of XGBoost, the one in
`requirements.txt`, answers for all of AWS's versions: formats, hyperparameters and metric lines are theirs, numbers
are this version's. Before 2.0 XGBoost chose `exact` or `approx` for `tree_method=auto`, now `hist`; before 1.7 it
did not estimate `base_score`. The model file is XGBoost's own format, which AWS writes since 1.3-1 (pickle before).
"""
