test_that("a failed job returns 1 and leaves the reason", {
  file <- file.path(withr::local_tempdir(), "output", "failure")
  expect_message(code <- job(function() refuse("no ", "data"), file), "no data")
  expect_identical(code, 1L)
  expect_identical(readLines(file, warn = FALSE), "no data")
})

test_that("an error of the code is told apart from one of the data", {
  file <- withr::local_tempfile()
  suppressMessages(job(function() stop("index"), file))
  expect_identical(readLines(file, warn = FALSE), "error in the image: index")
})

test_that("a job that works leaves no reason", {
  file <- withr::local_tempfile()
  expect_identical(job(function() "done", file), 0L)
  expect_false(file.exists(file))
})

test_that("a reason is cut to whole characters within its bytes", {
  short <- shortened(strrep("\u00fc", 1000L))
  expect_lte(nchar(short, "bytes"), MESSAGE_BYTES)
  expect_gt(nchar(short, "bytes"), MESSAGE_BYTES - 3L)
  expect_true(validUTF8(short))
  expect_identical(shortened("fine"), "fine")
})

test_that("values and names are shown on one line, not longer than a person reads", {
  expect_identical(quoted("a\nb"), "'a b'")
  expect_identical(nchar(quoted(strrep("x", 99L))), 62L)
  expect_identical(listed(letters[1:3], 2L), "a, b, ...")
})
