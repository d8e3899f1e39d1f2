"""SageMaker's container contract as files and exit codes, shared by the images. Knows no AWS library."""
