# What both models ask of fable: fit one definition to one series, read its criterion, forecast with quantiles.

CRITERIA <- c(aicc = "AICc", aic = "AIC", bic = "BIC")

require_fable <- function() {
  needed <- c("tsibble", "fable", "fabletools", "feasts", "urca")
  missing <- Filter(function(package) !requireNamespace(package, quietly = TRUE), needed)
  if (length(missing)) {
    stop("R packages are missing: ", paste(missing, collapse = ", "), "; install them, or name a library in R_LIBS")
  }
}

# The definition has the season, so a period is its number: dates would be made and taken apart for nothing.
fit_fable <- function(definition, values, settings) {
  data <- table_of(seq_along(values), value = values)
  # One model of one series: a table of them, as model() makes, takes a quarter of the time for its own sake, and turns
  # errors into warnings.
  fitted <- suppressWarnings(fabletools::estimate(data, definition))
  name <- format(fitted)
  list(
    model = if (settings$transform == "none") name else sprintf("%s of %s", name, settings$transform),
    criterion = criterion_of(fitted, settings$criterion),
    fit = fitted$fit,
    ahead = function(steps) {
      future <- table_of(length(values) + seq_len(steps))
      quantiles(suppressWarnings(fabletools::forecast(fitted, new_data = future)))
    }
  )
}

# A tsibble of one series, in order and complete: what tsibble() would look for is known.
table_of <- function(period, ...) {
  rows <- tibble::new_tibble(list(period = period, ...), nrow = length(period))
  all_rows <- vctrs::new_list_of(list(seq_along(period)), ptype = integer())
  tsibble::build_tsibble_meta(
    rows,
    key_data = tibble::new_tibble(list(.rows = all_rows), nrow = 1L), index = "period", index2 = "period",
    ordered = TRUE, interval = tsibble::new_interval(unit = 1)
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
