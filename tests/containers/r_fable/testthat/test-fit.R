both <- list(ets = seasonal_naive, arima = function(history, settings) {
  fitted <- seasonal_naive(history, settings)
  fitted$model <- "OTHER"
  fitted$comparable <- 99
  fitted
})

forecast_of <- function(rows, fitters = both, end = max(rows$period), steps = 4L, ...) {
  forecast_series(rows, end, steps, settings_of(...), fitters)
}

test_that("the model with the lower criterion forecasts", {
  expect_identical(forecast_of(observed(wave(20)))$model, "OTHER")
  expect_identical(forecast_of(observed(wave(20)), model = "ets")$model, "SNAIVE")
})

test_that("one model that fails leaves the other", {
  expect_identical(forecast_of(observed(wave(20)), list(ets = seasonal_naive, arima = failing("no")))$model, "SNAIVE")
})

test_that("a series that no model fits has the reasons of both", {
  result <- forecast_of(observed(wave(20)), list(ets = failing("too odd"), arima = failing("no\n roots")))
  expect_identical(result, list(error = "ETS: too odd; ARIMA: no roots"))
})

test_that("a constant series stays as it is, whichever model is asked for", {
  for (model in c("auto", "ets", "arima")) {
    result <- forecast_of(observed(rep(5, 12)), list(), model = model)
    expect_identical(result$model, "CONSTANT")
    expect_true(all(result$forecasts == 5))
  }
})

test_that("series that cannot be fitted say why", {
  expect_match(forecast_of(observed(rep(NA_real_, 20)))$error, "it has no values")
  expect_match(forecast_of(observed(c(1:7, rep(NA, 9))))$error, "too short: 7 values, at least 8 are needed")
  expect_match(forecast_of(rbind(observed(wave(20)), observed(1, 8003L)))$error, "period 2000 Q4 occurs more than once")
  expect_match(forecast_of(rbind(observed(wave(20)), observed(1, 9000000L)))$error, "it spans 8992001 periods")
  expect_match(forecast_of(observed(c(-2, wave(20))), transform = "log1p")$error, "log1p needs values above -1; one is -2")
})

test_that("gaps are filled for ETS only when ARIMA fails, and seen by neither comparison", {
  gap <- observed(wave(20))[-5, ]
  expect_identical(forecast_of(gap)$model, "OTHER")
  result <- forecast_of(gap, list(ets = seasonal_naive, arima = failing("no")))
  expect_identical(result$model, "SNAIVE")
  expect_identical(result$gaps, 1L)
})

test_that("a series that ended early is forecast for the same periods as all others", {
  whole <- forecast_of(observed(wave(20)), steps = 8L)
  early <- forecast_of(observed(wave(20)), end = 8019L + 3L, steps = 5L)
  expect_identical(early$forecasts, whole$forecasts[4:8, ])
  expect_identical(early$late, 3L)
})

test_that("forecasts that are not finite are none", {
  wild <- function(history, settings) {
    list(model = "WILD", criterion = 1, comparable = 1, ahead = function(steps) matrix(Inf, steps, 5))
  }
  expect_match(forecast_of(observed(wave(20)), list(ets = wild), model = "ets")$error, "WILD gave forecasts that are not")
})
