echo <- function(body, type, accept) list(body = paste(body, type, accept, sep = "|"), type = "text/plain")

# What a front writes for requests, and what it finds after the worker has read them all.
frames <- function(..., .frame = parent.frame()) {
  path <- withr::local_tempfile(.local_envir = .frame)
  file <- file(path, "wb")
  for (request in list(...)) {
    parts <- lapply(request, function(part) if (is.raw(part)) part else charToRaw(part))
    writeBin(lengths(parts), file)
    for (part in parts) writeBin(part, file)
  }
  close(file)
  path
}

asked <- function(answer, ...) {
  replies <- withr::local_tempfile()
  requests <- file(frames(...), "rb", raw = TRUE)
  answers <- file(replies, "wb", raw = TRUE)
  suppressMessages(answer_all(answer, requests, answers))
  close(requests)
  close(answers)
  file <- file(replies, "rb")
  on.exit(close(file))
  result <- list()
  while (length(numbers <- readBin(file, "integer", 3L))) {
    texts <- lapply(numbers[2:3], function(bytes) rawToChar(readBin(file, "raw", bytes)))
    result <- c(result, list(list(status = numbers[1], type = texts[[1]], body = texts[[2]])))
  }
  result
}

test_that("requests are answered in their order, with the lengths in bytes", {
  answers <- asked(echo, c("text/csv", "", "1,\u00fc"), c("application/json", "a/b,*/*", "{}"))
  expect_identical(vapply(answers, `[[`, 0L, "status"), c(200L, 200L))
  expect_identical(charToRaw(answers[[1]]$body), charToRaw("1,\u00fc|text/csv|"))
  expect_identical(answers[[2]], list(status = 200L, type = "text/plain", body = "{}|application/json|a/b,*/*"))
})

test_that("bad input is a 4xx with the reason, a failure a 500 that tells nothing, and the next one is answered", {
  answers <- asked(
    function(body, ...) {
      switch(body, bad = refuse("row 1"), status = refuse_request(406L, "no"), fail = stop("secret"), echo(body, "", ""))
    },
    c("", "", "bad"), c("", "", "status"), c("", "", "fail"), c("", "", " \n"), c("", "", "x")
  )
  expect_identical(vapply(answers, `[[`, 0L, "status"), c(400L, 406L, 500L, 400L, 200L))
  expect_identical(answers[[1]]$body, '{"error":"row 1"}')
  expect_identical(answers[[3]]$body, '{"error":"the model failed on this input; see the log"}')
  expect_match(answers[[4]]$body, "the body is empty")
})

test_that("a body that is not text is refused", {
  expect_match(asked(echo, list("", "", as.raw(c(65, 0))))[[1]]$body, "the body is not text")
})

test_that("a request that is cut off ends the work without an answer", {
  path <- frames(c("text/csv", "", "1,2"))
  writeBin(readBin(path, "raw", 10L), path)
  requests <- file(path, "rb", raw = TRUE)
  on.exit(close(requests))
  expect_null(read_frame(requests))
})

test_that("what is printed while answering is no answer", {
  expect_output(answers <- asked(function(...) {
    print("noise")
    echo(...)
  }, c("", "", "x")), "noise")
  expect_identical(answers[[1]]$body, "x||")
})

test_that("an answer has the first type that is accepted and can be written", {
  chosen <- function(accept) chosen_type(accept, c("text/csv", "application/json"), "text/csv")
  expect_identical(chosen(""), "text/csv")
  expect_identical(chosen("application/json"), "application/json")
  expect_identical(chosen("image/png,application/json,text/csv"), "application/json")
  expect_identical(chosen("image/png,*/*"), "text/csv")
  refused <- expect_error(chosen("image/png"), class = "request_error")
  expect_identical(refused$status, 406L)
  expect_identical(
    conditionMessage(refused), "accept 'image/png' is not written here: ask for text/csv or application/json"
  )
})
