write_parameters <- function(...) {
  path <- withr::local_tempfile(.local_envir = parent.frame())
  writeLines(jsonlite::toJSON(list(...), auto_unbox = TRUE), path)
  path
}

test_that("what the workflow adds is enough", {
  settings <- read_settings(write_parameters(
    task = "forecasting", target = "Trips", time = "Quarter", key = "Region,Purpose", frequency = "quarterly",
    horizon = "8"
  ))
  expect_identical(settings$key, c("Region", "Purpose"))
  expect_identical(settings[c("model", "criterion", "transform", "cores")], list(
    model = "auto", criterion = "aicc", transform = "none", cores = 0L
  ))
})

test_that("a table of one series has no key", {
  settings <- read_settings(write_parameters(target = "y", time = "t", frequency = "yearly", horizon = "2"))
  expect_identical(settings$key, character())
})

test_that("all that is wrong is named at once", {
  path <- write_parameters(
    time = "Quarter", key = "a,,b", frequency = "secondly", horizon = "0", model = "lstm", criterion = "r2",
    transform = "sqrt", cores = "-1", trees = "5"
  )
  reason <- conditionMessage(expect_error(read_settings(path), class = "user_error"))
  for (part in c(
    "unknown hyperparameter 'trees'", "target is missing: it must be the name of the column to forecast", "key='a,,b'",
    "frequency='secondly' must be one of yearly, quarterly", "horizon='0' must be a whole number from 1 to 1000",
    "model='lstm' must be one of auto, ets, arima", "criterion='r2' must be one of aicc, aic, bic",
    "transform='sqrt' must be one of none, log1p", "cores='-1' must be a whole number from 0 to 1024"
  )) {
    expect_match(reason, part, fixed = TRUE)
  }
})

test_that("columns have one meaning each", {
  path <- write_parameters(target = "x", time = "t", key = "x", frequency = "yearly", horizon = "2")
  expect_error(read_settings(path), "must name different columns; 'x' is twice", class = "user_error")
  path <- write_parameters(target = "x", time = "t", key = "horizon", frequency = "yearly", horizon = "2")
  expect_error(read_settings(path), "no key may be named horizon", class = "user_error")
})
