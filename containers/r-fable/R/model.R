# The model as data: forecasts of every series for twice the horizon, the reasons of those without, and the end of
# each history for pictures. Not an R object: reading one may run code, and an archive comes from outside. A server
# needs nothing of fable, and answers exactly what was computed at training.

MODEL_FILES <- c("model.json", "forecasts.csv", "history.csv")

save_model <- function(data, finals, settings, folder) {
  dir.create(folder, recursive = TRUE, showWarnings = FALSE)
  series <- lapply(seq_along(finals), function(number) {
    entry <- list(key = I(data$keys[number, ]))
    final <- finals[[number]]
    if (!is.null(final$error)) {
      return(c(entry, list(error = final$error)))
    }
    c(entry, list(model = final$model, scale = lapply(as.list(final$scale), format_number)))
  })
  model <- list(
    version = 1L, target = settings$target, time = settings$time, key = I(settings$key),
    frequency = settings$frequency, horizon = settings$horizon, end = data$end, series = series
  )
  writeLines(jsonlite::toJSON(model, auto_unbox = TRUE), file.path(folder, "model.json"), useBytes = TRUE)
  write_csv(forecast_rows(finals, data$end, settings), file.path(folder, "forecasts.csv"))
  write_csv(history_rows(data, settings), file.path(folder, "history.csv"))
}

# The column `series` counts the series of model.json from 1.
forecast_rows <- function(finals, end, settings) {
  fitted <- which(vapply(finals, function(final) is.null(final$error), NA))
  steps <- 2L * settings$horizon
  cells <- do.call(rbind, lapply(finals[fitted], `[[`, "forecasts"))
  periods <- FREQUENCIES[[settings$frequency]]$text(end + seq_len(steps))
  cbind(data.frame(series = rep(fitted, each = steps), period = rep(periods, length(fitted))), as.data.frame(cells))
}

# Enough of the past to see season and level.
history_rows <- function(data, settings) {
  first <- data$end - max(4L * season_of(settings), 6L * settings$horizon)
  parts <- lapply(seq_along(data$series), function(number) {
    rows <- data$series[[number]]
    rows <- rows[rows$period > first & !is.na(rows$value), ]
    rows <- rows[order(rows$period), ]
    data.frame(series = rep(number, nrow(rows)), period = rows$period, value = rows$value)
  })
  rows <- do.call(rbind, parts)
  rows$period <- FREQUENCIES[[settings$frequency]]$text(rows$period)
  rows
}
