COLUMNS <- c("width", "kind")
json <- function(text) rows_of(text, "application/json", COLUMNS)
csv <- function(text) rows_of(text, "text/csv", COLUMNS)

test_that("rows of all forms are cells in the order of the columns", {
  expected <- rbind(c("1.5", "a"), c("2", "b"))
  expect_identical(csv("1.5,a\n2,b"), expected)
  expect_identical(csv("kind,width\na,1.5\nb,2"), expected)
  expect_identical(json('{"instances": [[1.5, "a"], {"kind": "b", "width": 2}]}'), expected)
})

test_that("one column is a matrix too", {
  expect_identical(rows_of("4", "text/csv", "horizon"), matrix("4"))
  expect_identical(rows_of('{"instances": [{"horizon": 4}]}', "application/json", "horizon"), matrix("4"))
})

test_that("bad rows are named", {
  expect_identical(refusal(csv("1,a,3")), "row 1 has 3 cells, expected 2: width, kind")
  expect_identical(refusal(csv("width,kind")), "the body has no rows below its header")
  expect_identical(refusal(json('{"instances": [[1, "a"], {"kind": "b"}]}')), "row 2 has no width")
  expect_identical(refusal(json('{"instances": [{"kind": "b", "width": 1, "x": 2}]}')), "row 1 has unknown columns: x")
  expect_match(refusal(json('{"instances": [[null, "a"]]}')), "row 1, column width: expected a number or a text")
  expect_match(refusal(json('{"instances": [3]}')), "row 1 must be a list of values or an object")
  for (text in c("[]", "3", '{"instances": []}', '{"instances": {"a": 1}}', '{"rows": [[1, "a"]]}')) {
    expect_match(refusal(json(text)), "at least one row")
  }
})

test_that("other media types are a 415", {
  expect_identical(expect_error(rows_of("x", "text/html", COLUMNS), class = "request_error")$status, 415L)
})

test_that("a body that names a file or an address is not JSON, and nothing is opened", {
  path <- withr::local_tempfile()
  writeLines('{"instances": [[1, "a"]]}', path)
  expect_identical(refusal(json(path)), "the body is not JSON")
  expect_silent(expect_identical(refusal(json("http://127.0.0.1:9/rows.json")), "the body is not JSON"))
})

test_that("lists in lists without end are refused", {
  expect_error(json(paste0('{"instances": ', strrep("[", 1e5), strrep("]", 1e5), "}")), class = "user_error")
})

test_that("more rows than a request may have are a 413", {
  line <- expect_error(csv(strrep("1,a\n", MOST_ROWS + 1L)), class = "request_error")
  expect_identical(line$status, 413L)
  expect_identical(conditionMessage(line), "the body has more than 1000000 rows; send fewer at a time")
  expect_error(plain_rows(strrep("1,a\n", MOST_ROWS + 1L), "text/csv", c(width = TRUE, kind = FALSE)), class = "request_error")
  instances <- paste0('{"instances": [', strrep("1,", MOST_ROWS), "1]}")
  expect_identical(expect_error(json(instances), class = "request_error")$status, 413L)
})
