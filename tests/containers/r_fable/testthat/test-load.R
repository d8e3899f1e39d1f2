broken <- function(change) {
  paths <- trained(.frame = parent.frame())
  train_quietly(paths)
  change(paths$model)
  conditionMessage(expect_error(load_model(paths$model), class = "user_error"))
}

test_that("a folder without a whole model is refused by the file", {
  expect_match(broken(function(folder) unlink(file.path(folder, "model.json"))), "there is no model.json")
  expect_match(broken(function(folder) writeLines("{", file.path(folder, "model.json"))), "it is not JSON")
  for (text in c("[]", "3", '{"version": 2}', '{"version": 1, "series": [{"key": ["a"]}]}')) {
    expect_match(broken(function(folder) writeLines(text, file.path(folder, "model.json"))), "is not a model of this image")
  }
  expect_match(broken(function(folder) unlink(file.path(folder, "forecasts.csv"))), "there is no forecasts.csv")
})

test_that("numbers that are none and rows that are lost are refused", {
  edit <- function(change) function(folder) {
    path <- file.path(folder, "forecasts.csv")
    writeLines(change(readLines(path)), path)
  }
  expect_match(broken(edit(function(lines) sub("5,5,5", "5,5,x()", lines))), "forecasts.csv is not a table of this image")
  expect_match(broken(edit(function(lines) lines[-5])), "does not have 8 forecasts for each series")
})
