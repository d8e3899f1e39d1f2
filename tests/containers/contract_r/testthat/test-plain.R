NUMERIC <- c(width = TRUE, kind = FALSE, depth = TRUE)
NUMBERS <- c(a = TRUE, b = TRUE)

# As rows.R reads the same body: a character matrix.
same <- function(body, type, numeric) {
  plain <- plain_rows(body, type, numeric)
  cells <- rows_of(body, type, names(numeric))
  expect_false(is.null(plain), label = body)
  expect_identical(t(plain$numbers), unname(apply(cells[, numeric, drop = FALSE], 2, as.numeric, simplify = TRUE)) |>
    matrix(nrow = nrow(cells)))
  expect_identical(t(plain$texts), cells[, !numeric, drop = FALSE])
}

unusual <- function(body, type, numeric) expect_null(plain_rows(body, type, numeric), label = body)

test_that("plain bodies have the cells that a careful reading finds", {
  for (body in c("1,2", "1,2\n", "+1,-2.5\n.5,3.\n", "1e5,2E-3", "12345678901234567890,0.1\n1,2")) {
    same(body, "text/csv", NUMBERS)
  }
  for (body in c("1,a,2", "1,a,2\n-1,S\u00fcd,1e2\n", "1,2,3", "1,,3")) {
    same(body, "text/csv", NUMERIC)
  }
  same("1\n2\n3", "text/csv", NUMBERS[1])
  same("a\nb\n", "text/csv", NUMERIC[2])
  for (body in c('{"instances": [[1, 2], [3.5, -4e2]]}', '{"instances":[{"a":1,"b":2}]}', '{ "instances" : [[1,\n2]], "x": 1 }')) {
    same(body, "application/json", NUMBERS)
  }
  for (row in c('[1, "a b", 2]', '{"width": 3, "kind": "S\u00fcd", "depth": 4}')) {
    same(sprintf('{"instances": [%s, %s]}', row, row), "application/json", NUMERIC)
  }
})

test_that("what is unusual is left to the careful reading", {
  bodies <- c(
    "1,2,3", "1,2\n3", "1,2\n3,", "1\n2", "1,2,3,4", "1,2\n\n3,4", "\n1,2", ",", "1,", "1,2,", "1,2\r\n", " 1,2", '"1",2',
    "\ufeff1,2", "a,b", "b,a\n1,2", "1,x", "1e,2", "1e+,2", "1e999,2", "1e5e,2", "0x1A,2", "1,NA", "1,Inf", "1-2,3", "-,1",
    ".,1", "--1,2", "1,\xff", "1\t,2", "1,2\n#,3"
  )
  for (body in bodies) unusual(body, "text/csv", NUMBERS)
  for (body in c("width,kind,depth\n1,a,2", "1,\xff,2", "1, a,2", "a,1,2")) unusual(body, "text/csv", NUMERIC)
  bodies <- c(
    "{", "[[1,2]]", '{"instances": []}', '{"instances": {"a": 1}}', '{"instances": [[1]]}', '{"instances": [[1, [2]]]}',
    '{"instances": [[1, true]]}', '{"instances": [[1, null]]}', '{"instances": [[1, "2"]]}', '{"instances": [{"b": 1, "a": 2}]}',
    '{"instances": [[1, 2], {"a": 1, "b": 2}]}',
    '{"instances": [[1, 2, 3]]}', '{"instances": [3, 4]}', '{"instances": [[1, 1e999]]}', '{"instances": [{"a": 1, "c": 2}]}', "3"
  )
  for (body in bodies) unusual(body, "application/json", NUMBERS)
  unusual('{"instances": [3]}', "application/json", NUMBERS[1])
  unusual('{"instances": [[1, 2, 3]]}', "application/json", NUMERIC)
  unusual("1,2", "text/html", NUMBERS)
})

test_that("a header of numbers is still a header", {
  unusual("2,1\n3,4", "text/csv", c("1" = TRUE, "2" = TRUE))
})

test_that("any body is read as a careful reading does, or left to it", {
  set.seed(7L)
  cells <- c("1", "2.5", "-3", ".5", "1e3", "a", "\u00fc")
  noise <- c("", "", "", "e", "+", ".", ",", "\n", " ", '"', "\r", "NA", "0x1", "1e999", "\ufeff")
  some_body <- function() {
    pieces <- c(rbind(sample(cells, 4L, TRUE), c(",", "\n", ",", sample(c("", "\n"), 1L))))
    paste(append(pieces, sample(noise, 1L), sample(0:8, 1L)), collapse = "")
  }
  plain <- 0L
  for (body in replicate(1000L, some_body())) {
    for (numeric in list(NUMBERS, NUMERIC[1:2])) {
      rows <- plain_rows(body, "text/csv", numeric)
      if (!is.null(rows)) {
        plain <- plain + 1L
        cells <- rows_of(body, "text/csv", names(numeric))
        expect_true(all(is_number(cells[, numeric])), label = body)
        expect_identical(as.vector(rows$numbers), as.numeric(t(cells[, numeric])), label = body)
        expect_identical(as.vector(rows$texts), as.vector(t(cells[, !numeric])), label = body)
      }
    }
  }
  expect_gt(plain, 50L)
})
