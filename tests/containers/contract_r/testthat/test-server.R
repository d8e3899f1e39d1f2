# An answer to one request, without a socket.
asked <- function(answer, body = "1,2", type = NULL, accept = NULL) {
  res <- new.env()
  res$headers <- list()
  res$setHeader <- function(name, value) res$headers[[name]] <- value
  req <- list(HTTP_CONTENT_TYPE = type, HTTP_ACCEPT = accept, rook.input = list(read = function() {
    if (is.raw(body)) body else charToRaw(body)
  }))
  suppressMessages(invocation(answer)(req, res))
  res
}

echo <- function(body, type, accept) list(body = paste(body, type, accept, sep = "|"), type = "text/plain")

test_that("media types lose their parameters, and none leaves the answer's to the image", {
  expect_identical(asked(echo)$body, "1,2|text/csv|")
  answer <- asked(echo, type = "Application/JSON; charset=utf-8", accept = "application/jsonlines;q=1, */*")
  expect_identical(answer$body, "1,2|application/json|application/jsonlines")
  expect_identical(asked(echo, accept = "*/*")$body, "1,2|text/csv|")
  expect_identical(answer$headers[["Content-Type"]], "text/plain")
})

test_that("bad input is a 4xx with the reason, a failure a 500 that tells nothing", {
  expect_identical(asked(function(...) refuse("row 1"))$status, 400L)
  expect_identical(asked(function(...) refuse_request(406L, "no"))$status, 406L)
  failed <- asked(function(...) stop("secret"))
  expect_identical(failed$status, 500L)
  expect_no_match <- function(text, pattern) expect_false(grepl(pattern, text))
  expect_no_match(failed$body, "secret")
  expect_match(asked(echo, body = as.raw(c(65, 0)))$body, "the body is not text")
  expect_match(asked(echo, body = " \n")$body, "the body is empty")
})
