"""The embedded SageMaker: AWS's interface in front, images that really run behind."""
