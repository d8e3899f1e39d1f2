# What both models ask of fable: fit one definition to one series, read its criterion, forecast with quantiles.

CRITERIA <- c(aicc = "AICc", aic = "AIC", bic = "BIC")

require_fable <- function() {
  needed <- c("tsibble", "fable", "fabletools", "feasts", "urca")
  missing <- Filter(function(package) !requireNamespace(package, quietly = TRUE), needed)
  if (length(missing)) {
    stop("R packages are missing: ", paste(missing, collapse = ", "), "; install them, or name a library in R_LIBS")
  }
}

fit_fable <- function(definition, history, values, settings) {
  end <- history$start + length(values) - 1L
  data <- table_of(data.frame(period = index_of(seq(history$start, end), history$frequency), value = values))
  # One model of one series: a table of them, as model() makes, takes a quarter of the time for its own sake, and turns
  # errors into warnings.
  fitted <- suppressWarnings(fabletools::estimate(data, definition))
  name <- format(fitted)
  list(
    model = if (settings$transform == "none") name else sprintf("%s of %s", name, settings$transform),
    criterion = criterion_of(fitted, settings$criterion),
    fit = fitted$fit,
    ahead = function(steps) {
      periods <- data.frame(period = index_of(end + seq_len(steps), history$frequency))
      future <- table_of(periods, tsibble::interval(data))
      quantiles(suppressWarnings(fabletools::forecast(fitted, new_data = future)))
    }
  )
}

# A regular series is in order and complete: what tsibble() would look for is known.
table_of <- function(rows, interval = TRUE) {
  tsibble::build_tsibble(rows, key = NULL, index = "period", interval = interval, validate = FALSE, ordered = TRUE)
}

# The index as tsibble knows it, so that seasons follow from it.
index_of <- function(number, frequency) {
  switch(frequency,
    yearly = number,
    quarterly = tsibble::yearquarter(as.Date(sprintf("%04d-%02d-01", number %/% 4L, number %% 4L * 3L + 1L))),
    monthly = tsibble::yearmonth(as.Date(sprintf("%04d-%02d-01", number %/% 12L, number %% 12L + 1L))),
    weekly = tsibble::yearweek(as.Date(number * 7L + FIRST_MONDAY, origin = "1970-01-01")),
    daily = as.Date(number, origin = "1970-01-01"),
    hourly = as.POSIXct(number * 3600, origin = "1970-01-01", tz = "UTC")
  )
}

# With hardly more values than parameters AICc's correction turns negative and would win: no criterion then.
criterion_of <- function(fitted, criterion) {
  glance <- fabletools::glance(fitted)
  value <- as.numeric(glance[[CRITERIA[[criterion]]]])
  if (is.na(value) || !isTRUE(glance$AICc >= glance$AIC)) Inf else value
}

quantiles <- function(forecast) {
  distribution <- forecast$value
  bounds <- vapply(LEVELS, function(level) stats::quantile(distribution, level), numeric(length(distribution)))
  matrix(c(forecast$.mean, bounds), nrow = length(distribution), dimnames = list(NULL, MEASURES))
}
