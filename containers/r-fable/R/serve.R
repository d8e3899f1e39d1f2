# A series and a horizon in, forecasts with intervals out. All was computed at training; a request picks from it.

serve_with <- function(paths) {
  model <- prepared_to_answer(load_model(paths$model))
  columns <- c(model$key, HORIZON)
  answer <- function(body, type, accept) {
    rows <- rows_of(body, type, columns)
    series <- series_of_rows(rows, model)
    horizons <- horizons_of_rows(rows[, ncol(rows)], length(model$periods))
    write_forecasts(mapply(forecast_text, series, horizons, MoreArgs = list(model = model)), accept)
  }
  structure(answer, examples = list(example_of(model)))
}

# The first series that has forecasts, one period.
example_of <- function(model) {
  series <- which(!is.na(model$first))[1]
  row <- c(as.list(unname(model$keys[series, ])), 1L)
  list(type = "application/json", body = jsonlite::toJSON(list(instances = list(row)), auto_unbox = TRUE))
}

# What does not depend on the request is made once: an index of the series, and JSON of the texts.
prepared_to_answer <- function(model) {
  keys <- model$keys
  model$cells <- model$forecasts
  model$cells[] <- format_numbers(model$forecasts)
  model$index <- list2env(stats::setNames(as.list(seq_len(nrow(keys))), paste0("=", joined(keys))), hash = TRUE)
  model$names <- vapply(model$series, function(series) {
    jsonlite::toJSON(if (is.null(series$error)) series$model else series$error, auto_unbox = TRUE)
  }, "")
  model
}

series_of_rows <- function(rows, model) {
  ids <- paste0("=", joined(rows[, seq_along(model$key), drop = FALSE]))
  found <- mget(ids, envir = model$index, ifnotfound = NA_integer_)
  for (row in which(is.na(found))) {
    refuse_series(rows[row, seq_along(model$key)], row, model)
  }
  unlist(found, use.names = FALSE)
}

refuse_series <- function(key, row, model) {
  for (position in seq_along(key)) {
    known <- unique(model$keys[, position])
    if (!key[position] %in% known) {
      column <- model$key[position]
      refuse(sprintf("row %d, column %s: %s is none of %s", row, column, quoted(key[position]), listed(known)))
    }
  }
  named <- paste0(model$key, "=", vapply(key, quoted, ""), collapse = ", ")
  refuse(sprintf("row %d: there is no series with %s", row, named))
}

horizons_of_rows <- function(cells, most) {
  values <- suppressWarnings(as.numeric(cells))
  good <- is_number(cells) & !is.na(values) & values == round(values) & values >= 1 & values <= most
  if (!all(good)) {
    row <- which(!good)[1]
    problem <- "row %d, column %s: %s is not a whole number from 1 to %d"
    refuse(sprintf(problem, row, HORIZON, quoted(cells[row]), most))
  }
  as.integer(values)
}

forecast_text <- function(series, horizon, model) {
  first <- model$first[series]
  if (is.na(first)) {
    return(paste0('{"error":', model$names[series], "}"))
  }
  rows <- first - 1L + seq_len(horizon)
  numbers <- function(measure) paste0("[", paste(model$cells[rows, measure], collapse = ","), "]")
  interval <- function(level) {
    lower <- numbers(paste0("lower_", level))
    paste0('"', level, '":{"lower":', lower, ',"upper":', numbers(paste0("upper_", level)), "}")
  }
  periods <- paste0('["', paste(model$periods[seq_len(horizon)], collapse = '","'), '"]')
  paste0(
    '{"periods":', periods, ',"mean":', numbers("mean"),
    ',"intervals":{', interval(80), ",", interval(95), '},"model":', model$names[series], "}"
  )
}

write_forecasts <- function(texts, accept) {
  type <- chosen_type(accept, c("application/json", "application/jsonlines"), "application/json")
  body <- switch(type,
    "application/json" = paste0('{"predictions":[', paste(texts, collapse = ","), "]}"),
    "application/jsonlines" = paste0(texts, "\n", collapse = "")
  )
  list(body = body, type = type)
}
