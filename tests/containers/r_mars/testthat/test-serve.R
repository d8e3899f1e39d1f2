# Terms of every kind: none, one, three hinges, and indicators of a category.
TERMS <- list(
  list(coefficient = 1 / 3, columns = integer(), signs = numeric(), cuts = numeric()),
  list(coefficient = -2, columns = 0L, signs = 1, cuts = 0.5),
  list(coefficient = 0.1, columns = c(0L, 1L, 3L), signs = c(-1, 1, 1), cuts = c(7, -1, 0)),
  list(coefficient = 4, columns = 2L, signs = -1, cuts = 1)
)
SCHEMA <- list(target = "y", columns = list(
  a = list(name = "a", levels = NULL), kind = list(name = "kind", levels = c("S\u00fcd", "b", "c")),
  b = list(name = "b", levels = NULL)
))

# As the formula is written: a term after another, a hinge after another.
one_by_one <- function(terms, features) {
  apply(features, 1, function(row) {
    sum(vapply(terms, function(term) {
      term$coefficient * prod(pmax(term$signs * (row[term$columns + 1L] - term$cuts), 0))
    }, 0))
  })
}

served <- function(terms = TERMS, schema = SCHEMA, .frame = parent.frame()) {
  paths <- paths_of(withr::local_tempdir(.local_envir = .frame))
  dir.create(paths$model)
  columns <- lapply(unname(schema$columns), function(column) {
    c(list(name = column$name), if (!is.null(column$levels)) list(levels = I(column$levels)))
  })
  terms <- lapply(terms, function(term) {
    list(
      coefficient = format_numbers(term$coefficient), columns = I(term$columns), signs = I(term$signs),
      cuts = I(format_numbers(term$cuts))
    )
  })
  model <- list(version = 1L, target = "y", columns = columns, terms = terms)
  cat(jsonlite::toJSON(model, auto_unbox = TRUE), file = file.path(paths$model, MODEL_FILE))
  serve_with(paths)
}

rows <- local({
  set.seed(1L)
  data.frame(a = round(runif(50, -9, 9), 3), kind = sample(SCHEMA$columns$kind$levels, 50, TRUE), b = round(rnorm(50), 3))
})
csv <- paste(rows$a, rows$kind, rows$b, sep = ",")

test_that("all terms at once are the terms one by one", {
  features <- design_matrix(SCHEMA, unname(as.matrix(data.frame(format_numbers(rows$a), rows$kind, format_numbers(rows$b)))))
  expect_equal(predict_terms(TERMS, features), one_by_one(TERMS, features), tolerance = 1e-14)
  expect_identical(predict_terms(TERMS[1], features), rep(1 / 3, 50))
  expect_identical(predict_terms(TERMS[2], matrix(c(-1.7e308, 1.5), 2)), c(0, -2))
})

test_that("a row has the same answer alone, among others, in JSON and read with care", {
  answer <- served()
  expected <- answer(paste(csv, collapse = "\n"), "text/csv", "")$body
  alone <- vapply(csv, function(row) answer(row, "text/csv", "")$body, "")
  expect_identical(paste(alone, collapse = ""), expected)
  expect_identical(answer(paste0(" ", csv, "\r\n", collapse = ""), "text/csv", "")$body, expected)
  json <- paste0('{"instances": [', paste0("[", rows$a, ', "', rows$kind, '", ', rows$b, "]", collapse = ", "), "]}")
  expect_identical(answer(json, "application/json", "text/csv")$body, expected)
  named <- paste0('{"b": ', rows$b, ', "kind": "', rows$kind, '", "a": "', rows$a, '"}', collapse = ",")
  expect_identical(answer(paste0('{"instances":[', named, "]}"), "application/json", "text/csv")$body, expected)
})

test_that("models of numbers alone and of categories alone answer", {
  numbers <- served(list(list(coefficient = 2, columns = 1L, signs = 1, cuts = 0)), list(columns = SCHEMA$columns[c(1, 3)]))
  expect_identical(numbers("1,2\n1,-2", "text/csv", "")$body, "4\n0\n")
  expect_identical(numbers('{"instances":[[1,0.5]]}', "application/json", "")$body, '{"predictions":[1]}')
  kinds <- served(list(list(coefficient = 2, columns = 1L, signs = 1, cuts = 0)), list(columns = SCHEMA$columns[2]))
  expect_identical(kinds("b\nc\nS\u00fcd\n", "text/csv", "")$body, "0\n2\n0\n")
  expect_identical(kinds('{"instances":[["c"]]}', "application/json", "")$body, '{"predictions":[2]}')
})

test_that("what is refused is refused for the careful reading's reason", {
  answer <- served()
  reason <- function(...) conditionMessage(expect_error(answer(...), class = "error"))
  expect_identical(reason("1,d,2", "text/csv", ""), "row 1, column kind: 'd' is none of S\u00fcd, b, c")
  expect_identical(reason("1,b,2\n1,c,x", "text/csv", ""), "row 2, column b: 'x' is not a finite number")
  expect_match(reason('{"instances": [[1, "d", 2]]}', "application/json", ""), "'d' is none of")
  expect_match(reason("1,b,2", "image/png", ""), "'image/png' is not read here")
  expect_match(reason("1,b,2", "text/csv", "image/png"), "'image/png' is not written here")
  expect_identical(reason("1,b,2\n-1e308,c,1e308", "text/csv", ""), "row 2: the numbers are too large for the model")
})

test_that("requests are joined unless a header among them could pass for a row", {
  joins <- function(...) attr(served(TERMS[1], list(columns = list(...))), "joins")
  number <- function(name) list(name = name)
  category <- function(name, ...) list(name = name, levels = c(...))
  expect_identical(joins(number("a"), category("b", "a", "b")), "text/csv")
  expect_identical(joins(category("a", "b", "c"), category("b", "d", "e")), "text/csv")
  expect_null(joins(category("a", "a", "c"), category("b", "a", "b")))
  expect_null(joins(number("1"), category("b", "1", "2")))
})

test_that("the examples are requests that are answered", {
  answer <- served()
  replies <- lapply(attr(answer, "examples"), function(example) {
    answered(answer, charToRaw(example$body), example$type, "")
  })
  expect_identical(vapply(replies, `[[`, 0L, "status"), c(200L, 200L, 200L))
  expect_identical(replies[[2]]$body, strrep(replies[[1]]$body, 2L))
  expect_identical(replies[[3]]$type, "application/json")
})
