evaluated <- function(archive = TRUE, data = NULL, frame = parent.frame()) {
  paths <- trained(.frame = frame)
  train_quietly(paths)
  folder <- file.path(paths$processing_input, "model")
  dir.create(folder, recursive = TRUE)
  if (archive) {
    withr::with_dir(paths$model, utils::tar(file.path(folder, "model.tar.gz"), ".", compression = "gzip", tar = "internal"))
  } else {
    file.copy(list.files(paths$model, full.names = TRUE), folder)
  }
  dir.create(file.path(paths$processing_input, "data"))
  default <- c(
    HEADER, rows_text("Nord", "Holiday", wave(24L)[21:24] + 2, 8024L), rows_text("Nord", "Business", c(5, 6, 5, 5), 8024L)
  )
  writeLines(if (is.null(data)) default else data, file.path(paths$processing_input, "data", "actual.csv"))
  paths
}

output_of <- function(paths, name) file.path(paths$processing_output, "evaluation", name)

test_that("metrics and accuracy are those of the forecasts against what came", {
  paths <- evaluated()
  evaluate(paths)
  result <- jsonlite::fromJSON(output_of(paths, "metrics.json"))
  expect_identical(result[c("series", "failed_series")], list(series = 3L, failed_series = 1L))
  expect_setequal(names(result$forecasting_metrics), SCORES)
  expect_equal(result$forecasting_metrics$mae$value, mean(c(2, 2, 2, 2, 0, 1, 0, 0)))
  expect_gt(result$forecasting_metrics$mae$standard_deviation, 0)
  table <- read.csv(output_of(paths, "accuracy.csv"), encoding = "UTF-8")
  expect_identical(table$model, c("SNAIVE", "CONSTANT", ""))
  expect_equal(table$mae, c(2, 0.25, NA))
  expect_match(table$reason[3], "too short")
})

test_that("the report is a picture with bands, the past and what came", {
  paths <- evaluated(archive = FALSE)
  evaluate(paths)
  file <- output_of(paths, "forecast-report.png")
  bytes <- readBin(file, "raw", file.size(file))
  expect_identical(bytes[2:4], charToRaw("PNG"))
  width <- sum(as.integer(bytes[17:20]) * 256^(3:0))
  expect_identical(width, 2 * PANEL_WIDTH)
  expect_gt(length(bytes), 10000L)
})

test_that("at most twelve series are drawn, from the best to the worst", {
  model <- list(first = c(1:20, NA))
  scores <- matrix(c(20:1, 0), dimnames = list(NULL, "mase"))
  chosen <- chosen_series(model, scores)
  expect_length(chosen, 12L)
  expect_identical(chosen[c(1, 12)], c(20L, 1L))
})

test_that("data that the model says nothing about is refused", {
  refused <- function(...) conditionMessage(expect_error(evaluate(evaluated(data = c(HEADER, ...))), class = "user_error"))
  expect_match(refused(rows_text("West", "Holiday", 1, 8024L)), "does not know the series 'West / Holiday'")
  expect_match(refused(rows_text("Nord", "Holiday", 1, 8000L)), "no value in the periods that the model forecasts, 2006 Q1")
})
