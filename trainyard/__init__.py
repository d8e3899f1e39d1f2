"""The command line: what a person types after `cdk deploy`. boto3 only, as any client of AWS."""

__version__ = "0.1.0"
