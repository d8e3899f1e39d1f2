recorder <- function(examples, answers = function() list(body = "", type = "text/plain")) {
  asked <- list()
  answer <- function(body, type, accept) {
    asked <<- c(asked, list(c(type, accept, body)))
    answers()
  }
  list(answer = structure(answer, examples = examples), asked = function() asked)
}

EXAMPLES <- list(list(type = "text/csv", body = "1,\u00fc\n"), list(type = "application/json", body = "{}"))
EXPECTED <- rep(list(c("text/csv", "", "1,\u00fc\n"), c("application/json", "", "{}")), 3L)

test_that("examples are asked as requests are, until R has compiled what answers them", {
  image <- recorder(EXAMPLES)
  warm_up(image$answer)
  expect_identical(image$asked(), EXPECTED)
})

test_that("an example that is refused or fails does not keep a worker from being ready", {
  image <- recorder(EXAMPLES, function() refuse("no"))
  warm_up(image$answer)
  expect_identical(image$asked(), EXPECTED)
  failing <- recorder(EXAMPLES, function() stop("broken"))
  expect_message(warm_up(failing$answer), "error while answering: broken")
  expect_length(failing$asked(), 6L)
})

test_that("an image without examples is asked nothing", {
  image <- recorder(NULL)
  warm_up(image$answer)
  expect_length(image$asked(), 0L)
})
