# A processing job: measures a trained model on labelled rows in the channel's format.
# Reads input/model (model.tar.gz, or its file) and input/data (CSV with header, label first), and writes
# output/evaluation/metrics.json in SageMaker's model-quality form, each metric with its bootstrap deviation.

REPLICATES <- 200L

evaluate <- function(paths) {
  loaded <- with_unpacked(file.path(paths$processing_input, "model"), MODEL_FILE, load_model)
  table <- read_channel(file.path(paths$processing_input, "data"))
  missing <- setdiff(c(loaded$schema$target, names(loaded$schema$columns)), names(table))
  if (length(missing)) {
    refuse("the data has no column ", listed(missing))
  }
  data <- labelled(loaded$schema, table)
  metrics <- with_deviations(data$target, predict_terms(loaded$terms, data$features))
  folder <- file.path(paths$processing_output, "evaluation")
  dir.create(folder, recursive = TRUE, showWarnings = FALSE)
  result <- list(regression_metrics = metrics, rows = length(data$target))
  cat(jsonlite::toJSON(result, auto_unbox = TRUE, digits = NA), file = file.path(folder, "metrics.json"))
}

regression_metrics <- function(actual, predicted) {
  errors <- actual - predicted
  mse <- mean(errors^2)
  spread <- mean((actual - mean(actual))^2)
  r2 <- if (spread > 0) 1 - mse / spread else 0
  c(mae = mean(abs(errors)), mse = mse, rmse = sqrt(mse), r2 = r2)
}

with_deviations <- function(actual, predicted) {
  set.seed(0L)
  samples <- replicate(REPLICATES, {
    rows <- sample.int(length(actual), replace = TRUE)
    regression_metrics(actual[rows], predicted[rows])
  })
  values <- regression_metrics(actual, predicted)
  lapply(stats::setNames(names(values), names(values)), function(name) {
    list(value = values[[name]], standard_deviation = stats::sd(samples[name, ]))
  })
}
