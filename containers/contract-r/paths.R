# Where SageMaker puts things: below /opt/ml, or below SAGEMAKER_BASE_DIR where set.
paths_of <- function(base) {
  list(
    hyperparameters = file.path(base, "input", "config", "hyperparameters.json"),
    data = file.path(base, "input", "data"),
    model = file.path(base, "model"),
    output = file.path(base, "output", "data"),
    failure = file.path(base, "output", "failure"),
    message = file.path(base, "output", "message"),
    processing_input = file.path(base, "processing", "input"),
    processing_output = file.path(base, "processing", "output")
  )
}
