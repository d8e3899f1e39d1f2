# Fits every series on channels train and validation together and keeps the forecasts. A fit on train alone, measured
# on validation, says how good they are: metric lines, and accuracy per series.

train <- function(paths) {
  train_with(paths, default_fitters())
}

# `fitters`: see fit.R.
train_with <- function(paths, fitters) {
  settings <- read_settings(paths$hyperparameters)
  data <- read_data(paths$data, settings)
  force(fitters) # fable is looked for now: what is wrong with the job itself is said first
  cores <- cores_of(settings)
  if (cores > 1L) {
    load_once(settings, fitters)
  }
  results <- on_all_cores(
    data$series, function(series) fit_and_check(series, data, settings, fitters), cores,
    on_loss = function() list(final = list(error = "the process that fitted it ended"), check = no_accuracy())
  )
  failed <- vapply(results, function(result) !is.null(result$final$error), NA)
  cat(sprintf("%d series, %d of them without a forecast\n", length(results), sum(failed)))
  if (all(failed)) {
    refuse("no series could be fitted; the first: ", results[[1]]$final$error)
  }
  if (data$checked > 0L) {
    print_metrics(do.call(rbind, lapply(results, `[[`, "check")))
  }
  write_tables(data, results, settings, paths$output)
  save_model(data, lapply(results, `[[`, "final"), settings, paths$model)
}

# A first fit loads code, for a fifth of a second or two: done here, all processes that are forked have it. The series
# has no season, for it shall cost no more than that.
load_once <- function(settings, fitters) {
  settings$frequency <- "yearly"
  rows <- data.frame(period = 1:12, value = c(3, 5, 4, 6, 5, 8, 7, 9, 8, 10, 9, 12))
  invisible(forecast_series(rows, 12L, 1L, settings, fitters))
}

# All series of both channels, where forecasts begin, and how many periods validation has.
read_data <- function(folder, settings) {
  parts <- lapply(present_channels(folder), function(name) {
    observations(read_channel(file.path(folder, name)), settings, name)
  })
  rows <- do.call(rbind, lapply(parts, `[[`, "rows"))
  keys <- do.call(rbind, lapply(parts, `[[`, "keys"))
  rows$training <- rep(seq_along(parts) == 1L, vapply(parts, function(part) nrow(part$rows), 0L))
  first <- !duplicated(rows$id)
  groups <- split(rows[c("period", "value", "training")], factor(rows$id, levels = rows$id[first]))
  end <- max(rows$period)
  train_end <- max(rows$period[rows$training])
  list(
    keys = keys[first, , drop = FALSE], series = unname(groups), end = end, train_end = train_end,
    checked = end - train_end
  )
}

present_channels <- function(folder) {
  channels <- Filter(function(name) length(list.files(file.path(folder, name))), c("train", "validation"))
  if (!"train" %in% channels) {
    refuse("channel train has no .csv file")
  }
  channels
}

fit_and_check <- function(series, data, settings, fitters) {
  series <- series[order(series$period), ]
  check <- no_accuracy()
  if (data$checked > 0L && any(!is.na(series$value[!series$training]))) {
    fitted <- forecast_series(series[series$training, ], data$train_end, data$checked, settings, fitters)
    if (is.null(fitted$error)) {
      actual <- series$value[match(data$train_end + seq_len(data$checked), series$period)]
      check <- series_accuracy(actual, fitted$forecasts, fitted$scale)
    }
  }
  final <- forecast_series(series, data$end, 2L * settings$horizon, settings, fitters)
  list(final = final, check = check)
}

print_metrics <- function(rows) {
  scores <- overall_accuracy(rows)
  scores <- scores[!is.na(scores)]
  cat(sprintf("validation:%s=%.6f;\n", names(scores), scores), sep = "")
}
