# The models themselves: needs fable.

skip_if_no_fable <- function() {
  for (package in c("tsibble", "fable", "fabletools", "feasts", "urca")) {
    skip_if_not_installed(package)
  }
}

history_of <- function(values, frequency = "quarterly", start = 8000L) {
  list(start = start, values = values, frequency = frequency)
}

seasonal <- function(length) {
  set.seed(28L)
  200 + 30 * sin(seq_len(length) * pi / 2) + seq_len(length) + stats::rnorm(length, sd = 5)
}

# The index as fable's users have it: dates, from which it takes the season.
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

direct <- function(history, definition, steps) {
  data <- tsibble::tsibble(
    period = index_of(history$start + seq_along(history$values) - 1L, history$frequency), value = history$values,
    index = "period"
  )
  forecast <- suppressWarnings(fabletools::forecast(fabletools::model(data, definition), h = steps))
  hilo <- function(level) distributional::hilo(forecast$value, level)
  eighty <- unclass(vctrs::vec_proxy(hilo(80)))
  ninety_five <- unclass(vctrs::vec_proxy(hilo(95)))
  cbind(forecast$.mean, eighty$lower, eighty$upper, ninety_five$lower, ninety_five$upper)
}

test_that("forecasts and intervals are those of fable called directly", {
  skip_if_no_fable()
  history <- history_of(seasonal(48L))
  ets <- fit_ets(history, settings_of())
  expect_match(ets$model, "^ETS\\(.,.d?,.\\)$")
  expect_equal(unname(ets$ahead(6L)), direct(history, fable::ETS(value), 6L), tolerance = 1e-9)
  arima <- fit_arima(history, settings_of())
  expect_match(arima$model, "^ARIMA\\(")
  expect_equal(unname(arima$ahead(6L)), direct(history, fable::ARIMA(value), 6L), tolerance = 1e-9)
})

test_that("log1p is undone in means and intervals", {
  skip_if_no_fable()
  history <- history_of(exp(seasonal(40L) / 60))
  fitted <- fit_ets(history, settings_of(transform = "log1p"))
  expect_match(fitted$model, "^ETS\\(.,.d?,.\\) of log1p$")
  expect_equal(unname(fitted$ahead(4L)), direct(history, fable::ETS(log1p(value)), 4L), tolerance = 1e-9)
  expect_true(all(fitted$ahead(4L)[, "lower_95"] > -1))
})

test_that("auto takes the model with the lower criterion, whichever it is", {
  skip_if_no_fable()
  seen <- character()
  for (seed in 1:4) {
    set.seed(seed)
    level <- if (seed %% 2L) cumsum(stats::rnorm(40L, sd = 9)) else 0
    rows <- observed(200 + level + 20 * sin(seq_len(40L) * pi / 2) + stats::rnorm(40L, sd = 3))
    values <- vapply(default_fitters(), function(fit) fit(history_of(rows$value), settings_of())$comparable, 0)
    chosen <- forecast_series(rows, max(rows$period), 4L, settings_of(), default_fitters())
    expect_match(chosen$model, toupper(names(which.min(values))))
    seen <- c(seen, sub("[(].*", "", chosen$model))
  }
  expect_setequal(seen, c("ETS", "ARIMA"))
})

test_that("the criteria of both models are on the scale of the Gaussian likelihood, per value", {
  skip_if_no_fable()
  gaussian <- function(residuals) sum(stats::dnorm(residuals, 0, sqrt(mean(residuals^2)), log = TRUE))
  set.seed(3L)
  history <- history_of(50 + 10 * stats::rnorm(40L))
  ets <- fit_ets(history, settings_of(criterion = "aic"))
  expect_match(ets$model, "^ETS\\(A,")
  parameters <- nrow(ets$fit$par) + 1L
  expect_equal(ets$comparable * 40, -2 * gaussian(ets$fit$est$.resid) + 2 * parameters, tolerance = 1e-6)
  arima <- fit_arima(history, settings_of(criterion = "aic"))
  expect_match(arima$model, "^ARIMA\\(0,0,0\\) w/ mean")
  expect_equal(arima$comparable * 40, -2 * gaussian(arima$fit$est$.resid) + 2 * 2, tolerance = 1e-6)
})

test_that("gaps go to ARIMA as they are, and to ETS interpolated, which its name says", {
  skip_if_no_fable()
  values <- seasonal(40L)
  values[c(5, 17, 18)] <- NA
  rows <- observed(values)
  auto <- forecast_series(rows, max(rows$period), 4L, settings_of(), default_fitters())
  expect_match(auto$model, "^ARIMA")
  expect_equal(unname(auto$forecasts), direct(history_of(values), fable::ARIMA(value), 4L), tolerance = 1e-9)
  ets <- forecast_series(rows, max(rows$period), 4L, settings_of(model = "ets"), default_fitters())
  expect_match(ets$model, "^ETS\\(.,.d?,.\\), 3 interpolated$")
})

test_that("forecasts are those that fable makes of dates, whatever the frequency", {
  skip_if_no_fable()
  first <- c(yearly = "1980", quarterly = "1999 Q3", monthly = "1999-11", weekly = "2015 W50", daily = "2016-02-20",
             hourly = "2016-12-30 20:00:00")
  set.seed(5L)
  for (frequency in names(FREQUENCIES)) {
    season <- FREQUENCIES[[frequency]]$season
    values <- 100 + 10 * sin(2 * pi * seq_len(56L) / season) + stats::rnorm(56L, sd = 2)
    history <- history_of(values, frequency, FREQUENCIES[[frequency]]$number(first[[frequency]]))
    for (name in c("ets", "arima")) {
      fitted <- default_fitters()[[name]](history, settings_of(frequency = frequency))
      definition <- switch(name, ets = fable::ETS(value), arima = fable::ARIMA(value))
      expect_equal(unname(fitted$ahead(3L)), direct(history, definition, 3L), tolerance = 1e-9, info = frequency)
    }
  }
})

test_that("series of all odd kinds leave each other alone", {
  skip_if_no_fable()
  values <- seasonal(24L)
  train <- c(
    HEADER, rows_text("A", "good", values), rows_text("A", "constant", rep(3, 24)), rows_text("A", "short", 1:3),
    rows_text("A", "zero", rep(0, 24)), rows_text("A", "nothing", rep("", 24)), rows_text("A", "gap", values[-7][1:20])[-9],
    rows_text("A", "twice", values), rows_text("A", "twice", values), rows_text("A", "line", 1:24)
  )
  paths <- job_folder(list(train = train), cores = "2")
  utils::capture.output(train(paths))
  models <- read.csv(file.path(paths$output, "models.csv"))
  rownames(models) <- models$Purpose
  expect_identical(models$Purpose[models$reason == ""], c("good", "constant", "zero", "gap", "line"))
  expect_match(models["twice", "reason"], "occurs more than once")
  expect_match(models["nothing", "reason"], "it has no values")
  expect_match(models["short", "reason"], "too short")
})
