# A processing job: what came, beside what was forecast. Reads input/model (model.tar.gz, or its files) and input/data
# (CSV like the channels, with the periods after training; earlier ones are left out), and writes output/evaluation:
# metrics.json in SageMaker's form with bootstrap deviations, accuracy.csv per series, forecast-report.png.

REPLICATES <- 200L

evaluate <- function(paths) {
  loaded <- with_unpacked(file.path(paths$processing_input, "model"), MODEL_FILES, function(folder) {
    list(model = load_model(folder), history = load_history(folder))
  })
  model <- loaded$model
  actual <- actual_values(file.path(paths$processing_input, "data"), model)
  scores <- t(vapply(seq_along(model$series), function(number) {
    score_series(model, number, actual[number, ])
  }, no_accuracy()))
  folder <- file.path(paths$processing_output, "evaluation")
  dir.create(folder, recursive = TRUE, showWarnings = FALSE)
  write_metrics(scores, model, file.path(folder, "metrics.json"))
  write_csv(accuracy_table(scores, model), file.path(folder, "accuracy.csv"))
  draw_forecasts(model, loaded$history, actual, scores, file.path(folder, "forecast-report.png"))
}

load_history <- function(folder) {
  read_numbers(file.path(folder, "history.csv"), c("series", "period", "value"), c("series", "value"))
}

# A row for each series of the model, a column for each period that it forecasts.
actual_values <- function(folder, model) {
  rows <- observations(read_channel(folder), model, "data")$rows
  series <- match(rows$id, joined(model$keys))
  if (anyNA(series)) {
    refuse("the model does not know the series ", quoted(gsub("\x1f", " / ", rows$id[is.na(series)][1])))
  }
  step <- rows$period - model$end
  wanted <- step >= 1L & step <= length(model$periods) & !is.na(rows$value)
  if (!any(wanted)) {
    last <- model$periods[length(model$periods)]
    refuse("the data has no value in the periods that the model forecasts, ", model$periods[1], " to ", last)
  }
  result <- matrix(NA_real_, length(model$series), length(model$periods))
  result[cbind(series, step)[wanted, , drop = FALSE]] <- rows$value[wanted]
  result
}

forecasts_of <- function(model, number) {
  model$forecasts[model$first[number] - 1L + seq_along(model$periods), , drop = FALSE]
}

score_series <- function(model, number, actual) {
  if (is.na(model$first[number]) || all(is.na(actual))) {
    return(no_accuracy())
  }
  scale <- vapply(model$series[[number]]$scale, function(text) suppressWarnings(as.numeric(text)), 0)
  series_accuracy(actual, forecasts_of(model, number), scale)
}

write_metrics <- function(scores, model, path) {
  measured <- scores[scores[, "periods"] > 0, , drop = FALSE]
  if (!nrow(measured)) {
    refuse("no series with a forecast has a value to compare it with")
  }
  values <- overall_accuracy(measured)
  set.seed(0L)
  samples <- replicate(REPLICATES, {
    overall_accuracy(measured[sample.int(nrow(measured), replace = TRUE), , drop = FALSE])
  })
  names <- names(values)[!is.na(values)]
  metrics <- lapply(stats::setNames(names, names), function(name) {
    deviation <- stats::sd(samples[name, ], na.rm = TRUE)
    list(value = values[[name]], standard_deviation = if (is.na(deviation)) 0 else deviation)
  })
  result <- list(forecasting_metrics = metrics, series = nrow(scores), failed_series = sum(is.na(model$first)))
  writeLines(jsonlite::toJSON(result, auto_unbox = TRUE, digits = NA), path)
}

accuracy_table <- function(scores, model) {
  field <- function(name) column_of(model$series, name, "")
  cbind(
    named_keys(model$keys, model$key), data.frame(model = field("model")), accuracy_columns(scores),
    data.frame(reason = field("error"))
  )
}
