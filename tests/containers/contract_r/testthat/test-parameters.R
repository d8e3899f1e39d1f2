RULES <- list(
  depth = whole_number(3L, 1L, 9L), rate = real_number(0.5, 0, 1), kind = choice("a", c("a", "b")),
  label = text_value("y", "a name"), needed = text_value(NULL, "a name of a column"), names = names_value("names")
)

typed <- function(...) typed_parameters(c(needed = "x", ...), RULES)

test_that("texts become values, and what is absent its default", {
  result <- typed(depth = " 4 ", rate = "1e-1", names = "a, b")
  expect_identical(result[c("depth", "rate", "kind")], list(depth = 4L, rate = 0.1, kind = "a"))
  expect_identical(result$names, c("a", "b"))
  expect_identical(typed()$names, character())
})

test_that("each wrong value is named with what is allowed", {
  expect_match(refusal(typed(depth = "10")), "depth='10' must be a whole number from 1 to 9")
  expect_match(refusal(typed(rate = "Inf")), "rate='Inf' must be a number from 0 to 1")
  expect_match(refusal(typed(kind = "c")), "kind='c' must be one of a, b")
  expect_match(refusal(typed(names = "a,a")), "names='a,a' must be names")
  expect_match(refusal(typed(label = " ")), "label=' ' must be a name")
  expect_match(refusal(typed(other = "1")), "unknown hyperparameter 'other'; known: depth, rate")
  expect_identical(refusal(typed_parameters(character(), RULES)), "hyperparameter needed is missing: it must be a name of a column")
})

test_that("all that is wrong is reported at once", {
  expect_match(refusal(typed(depth = "x", rate = "y")), "depth='x'.*; hyperparameter rate='y'")
})

test_that("what the platform adds is left out, and JSON around a text is taken off", {
  path <- withr::local_tempfile()
  writeLines('{"depth": "4", "kind": "\\"b\\"", "sagemaker_program": "x", "_tuning_objective_metric": "y"}', path)
  expect_identical(read_parameters(path), c(depth = "4", kind = "b"))
  expect_identical(read_parameters("/nowhere"), character())
  writeLines("{", path)
  expect_identical(refusal(read_parameters(path)), "hyperparameters.json is not JSON")
})
