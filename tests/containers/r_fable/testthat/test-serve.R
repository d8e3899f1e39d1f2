paths <- trained()
train_quietly(paths)
answer <- serve_with(paths)
ask <- function(body, type = "application/json", accept = "") answer(body, type, accept)
reason <- function(...) conditionMessage(expect_error(ask(...), class = "error"))

test_that("a forecast has periods, means, intervals and its model", {
  result <- ask('{"instances": [{"Region": "Nord", "Purpose": "Holiday", "horizon": 2}]}')
  expect_identical(result$type, "application/json")
  prediction <- jsonlite::fromJSON(result$body, simplifyDataFrame = FALSE)$predictions[[1]]
  expect_identical(prediction$periods, c("2006 Q1", "2006 Q2"))
  expect_equal(prediction$mean, wave(24L)[21:22])
  expect_identical(names(prediction$intervals), c("80", "95"))
  expect_true(all(prediction$intervals[["95"]]$lower < prediction$intervals[["80"]]$lower))
  expect_true(all(prediction$intervals[["80"]]$upper > prediction$mean))
  expect_identical(prediction$model, "SNAIVE")
})

test_that("one forecast a line where JSON Lines are accepted", {
  result <- ask("Nord,Holiday,1\nNord,Business,8", "text/csv", "application/jsonlines")
  expect_identical(result$type, "application/jsonlines")
  lines <- strsplit(result$body, "\n")[[1]]
  expect_length(lines, 2L)
  expect_identical(jsonlite::fromJSON(lines[2])$mean, rep(5L, 8))
})

test_that("lists, text as numbers, headers and other letters are read", {
  expected <- ask("S\u00fcd,Holiday,1", "text/csv")$body
  expect_match(expected, '{"error":"it is too short: 3 values, at least 8 are needed"}', fixed = TRUE)
  expect_identical(ask('{"instances": [["S\u00fcd", "Holiday", "1"]]}')$body, expected)
  expect_identical(ask("horizon,Purpose,Region\n1,Holiday,S\u00fcd", "text/csv")$body, expected)
})

test_that("what is not known is refused by row, field and value", {
  expect_match(reason("Nord,Holiday,1\nWest,Holiday,1", "text/csv"), "row 2, column Region: 'West' is none of Nord, S")
  expect_match(reason("S\u00fcd,Business,1", "text/csv"), "row 1: there is no series with Region='S\u00fcd', Purpose='Business'")
  for (horizon in c("0", "9", "1.5", "-1", "many", "1e999", "")) {
    expected <- sprintf("row 1, column horizon: '%s' is not a whole number from 1 to 8", horizon)
    expect_identical(reason(paste0("Nord,Holiday,", horizon), "text/csv"), expected)
  }
  expect_match(reason('{"instances": [{"Region": "Nord", "horizon": 1}]}'), "row 1 has no Purpose")
  expect_match(reason('{"instances": [{"Region": "Nord", "Purpose": "Holiday", "horizon": 1, "x": 1}]}'), "unknown columns: x")
  expect_match(reason("Nord,1", "text/csv"), "row 1 has 2 cells, expected 3: Region, Purpose, horizon")
})

test_that("other media types are refused with those that are known", {
  expect_identical(expect_error(ask("x", "image/png"), class = "request_error")$status, 415L)
  wrong <- expect_error(ask("Nord,Holiday,1", "text/csv", "text/csv"), class = "request_error")
  expect_identical(wrong$status, 406L)
  expect_match(conditionMessage(wrong), "ask for application/json or application/jsonlines")
})

test_that("thousands of rows are answered in a moment", {
  rows <- strrep("Nord,Holiday,8\n", 5000)
  expect_lt(system.time(ask(rows, "text/csv"))[["user.self"]], 3)
})

test_that("the example is a request that is answered", {
  example <- attr(answer, "examples")[[1]]
  reply <- answered(answer, charToRaw(example$body), example$type, "")
  expect_identical(reply$status, 200L)
  expect_match(reply$body, '"mean":[', fixed = TRUE)
})
