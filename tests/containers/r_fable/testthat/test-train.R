test_that("every series ends in the model, with forecasts or with a reason", {
  paths <- trained()
  output <- train_quietly(paths)
  expect_identical(output[1], "3 series, 1 of them without a forecast")
  expect_match(output, "^validation:mape=[0-9.]+;$", all = FALSE)
  expect_match(output, "^validation:mase=[0-9.]+;$", all = FALSE)
  model <- load_model(paths$model)
  expect_identical(model$keys, rbind(c("Nord", "Holiday"), c("Nord", "Business"), c("S\u00fcd", "Holiday")))
  expect_identical(model$periods, FREQUENCIES$quarterly$text(8023L + 1:8))
  expect_identical(model$series[[2]]$model, "CONSTANT")
  expect_match(model$series[[3]]$error, "too short: 3 values")
  expect_equal(unname(model$forecasts[1:4, "mean"]), wave(24L)[21:24])
})

test_that("tables say which model each series has and how good it was", {
  paths <- trained()
  train_quietly(paths)
  models <- read.csv(file.path(paths$output, "models.csv"), encoding = "UTF-8")
  expect_identical(models$model, c("SNAIVE", "CONSTANT", ""))
  expect_match(models$reason, "too short", all = FALSE)
  accuracy <- read.csv(file.path(paths$output, "accuracy.csv"), encoding = "UTF-8")
  expect_identical(accuracy$periods, c(4L, 4L, 0L))
  expect_equal(accuracy$mae[2], 0)
})

test_that("validation is measured by a fit on train alone", {
  paths <- trained()
  train_quietly(paths)
  accuracy <- read.csv(file.path(paths$output, "accuracy.csv"), encoding = "UTF-8")
  expect_equal(accuracy$mae[1], mean(abs(wave(24L)[21:24] - wave(24L)[17:20])))
})

test_that("several cores give what one core gives", {
  one <- trained()
  two <- trained(cores = "2")
  train_quietly(one)
  train_quietly(two)
  for (file in MODEL_FILES) {
    expect_identical(readLines(file.path(two$model, file)), readLines(file.path(one$model, file)))
  }
})

test_that("a process that dies costs its own series only", {
  results <- on_all_cores(as.list(1:40), function(item) {
    if (item == 7L) tools::pskill(Sys.getpid(), tools::SIGKILL)
    item
  }, 2L, on_loss = function() "lost")
  expect_identical(results, c(as.list(1:6), "lost", as.list(8:40)))
})

test_that("no series waits for a slow one on another core, and none is worked on twice", {
  last <- withr::local_tempfile()
  until_the_last <- function(item) {
    if (item == 20L) file.create(last)
    began <- Sys.time()
    while (item == 1L && !file.exists(last) && Sys.time() - began < 60) Sys.sleep(0.01)
    Sys.getpid()
  }
  pids <- unlist(on_all_cores(as.list(1:20), until_the_last, 2L, on_loss = function() "lost"))
  expect_length(unique(pids[-1]), 1L)
  expect_false(pids[1] %in% pids[-1])
})

test_that("a table of one series has no key", {
  values <- wave(24L)
  paths <- job_folder(list(train = c("y,t", paste(values, 1990 + seq_along(values), sep = ","))),
    target = "y", time = "t", key = NULL, frequency = "yearly"
  )
  output <- train_quietly(paths)
  expect_false(any(grepl("validation", output)))
  answer <- serve_with(paths)("2\n", "text/csv", "")
  expect_identical(jsonlite::fromJSON(answer$body)$predictions$periods[[1]], c("2015", "2016"))
})

test_that("keys with commas, quotes and spaces are kept", {
  paths <- job_folder(list(train = c(HEADER, rows_text('"A, ""B"" "', "x y", wave(12L)))))
  train_quietly(paths)
  expect_identical(load_model(paths$model)$keys, cbind("A, \"B\"", "x y"))
  expect_identical(read.csv(file.path(paths$output, "models.csv"))$Region, "A, \"B\"")
})

test_that("missing values may be empty or NA", {
  values <- as.character(wave(24L))
  values[c(3, 9)] <- c("", "NA")
  paths <- job_folder(list(train = c(HEADER, rows_text("Nord", "Holiday", values))))
  train_quietly(paths)
  expect_identical(read.csv(file.path(paths$output, "models.csv"))$gaps, 2L)
})

test_that("bad tables are named by channel, row and column", {
  bad <- function(...) train_quietly(job_folder(list(train = c(HEADER, ...))))
  expect_error(bad("x,1998 Q1,a,b"), "channel train, row 1, column Trips: 'x' is not a finite number")
  expect_error(bad("1,1998-13,a,b"), "row 1, column Quarter: '1998-13' is no quarterly period like 2017 Q1")
  expect_error(bad("1,1998 Q1,a,b"), "no series could be fitted; the first: it is too short: 1 values")
  expect_error(train_quietly(job_folder(list(train = c("Trips,Quarter,Region", "1,1998 Q1,a")))), "no column Purpose")
  expect_error(train_quietly(job_folder(list(validation = "a"))), "channel train has no .csv file")
})
