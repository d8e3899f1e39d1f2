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
  number <- history$start + seq_along(values) - 1L
  data <- tsibble::tsibble(period = index_of(number, history$frequency), value = values, index = "period")
  # One model of one series: a table of them, as model() makes, takes a quarter of the time for its own sake, and turns
  # errors into warnings.
  fitted <- suppressWarnings(fabletools::estimate(data, definition))
  name <- format(fitted)
  list(
    model = if (settings$transform == "none") name else sprintf("%s of %s", name, settings$transform),
    criterion = criterion_of(fitted, settings$criterion),
    fit = fitted$fit,
    ahead = function(steps) quantiles(suppressWarnings(fabletools::forecast(fitted, h = steps)))
  )
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
