# Reads a model's files; what is not a model of this image is refused.

# A list of the model's facts, `forecasts`: a matrix of MEASURES, `first`: each series' first row in them, or NA.
load_model <- function(folder) {
  model <- read_facts(folder)
  table <- read_numbers(file.path(folder, "forecasts.csv"), c("series", "period", MEASURES), MEASURES)
  steps <- 2L * model$horizon
  failed <- vapply(model$series, function(series) is.character(series$error), NA)
  if (!identical(table$series, as.character(rep(which(!failed), each = steps)))) {
    refuse("forecasts.csv does not have ", steps, " forecasts for each series of model.json")
  }
  model$periods <- FREQUENCIES[[model$frequency]]$text(model$end + seq_len(steps))
  model$forecasts <- vapply(table[MEASURES], as.numeric, numeric(nrow(table)))
  model$first <- ifelse(failed, NA_integer_, (cumsum(!failed) - 1L) * steps + 1L)
  model
}

read_facts <- function(folder) {
  file <- file.path(folder, "model.json")
  if (!file.exists(file)) {
    refuse("there is no model.json in ", folder)
  }
  model <- tryCatch(
    jsonlite::fromJSON(file, simplifyDataFrame = FALSE, simplifyMatrix = FALSE),
    error = function(error) refuse("model.json is not a model: it is not JSON")
  )
  if (!is_model(model)) {
    refuse("model.json is not a model of this image")
  }
  model$key <- as.character(model$key)
  model$keys <- keys_of(model$series, length(model$key))
  model
}

# One row a series, one column a key.
keys_of <- function(series, width) {
  cells <- as.character(unlist(lapply(series, `[[`, "key")))
  matrix(cells, nrow = length(series), ncol = width, byrow = TRUE)
}

is_text <- function(value) is.character(value) && length(value) == 1L
is_whole <- function(value) is.integer(value) && length(value) == 1L

FACTS <- list(
  version = function(value) identical(value, 1L),
  target = is_text,
  time = is_text,
  frequency = function(value) is_text(value) && value %in% names(FREQUENCIES),
  horizon = function(value) is_whole(value) && value > 0L,
  end = is_whole,
  series = function(value) is.list(value) && length(value) > 0L
)

is_model <- function(model) {
  good <- vapply(names(FACTS), function(name) is.list(model) && FACTS[[name]](model[[name]]), NA)
  all(good) && all(vapply(model$series, is_series, NA, length(model$key)))
}

is_series <- function(series, keys) {
  is.list(series) && length(series$key) == keys && (is_text(series$error) || is_text(series$model))
}

# A table of text whose columns `numeric` hold finite numbers.
read_numbers <- function(path, columns, numeric) {
  name <- basename(path)
  if (!file.exists(path)) {
    refuse("there is no ", name, " in ", dirname(path))
  }
  cells <- parse_csv(read_text(path), name)
  if (!identical(cells[1, ], columns) || !all(is_number(cells[-1, match(numeric, columns)]))) {
    refuse(name, " is not a table of this image")
  }
  stats::setNames(as.data.frame(cells[-1, , drop = FALSE]), columns)
}
