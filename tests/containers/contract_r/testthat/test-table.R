test_that("cells are read with BOM, CRLF, quotes, blanks and an empty last cell", {
  expect_identical(parse_csv("\ufeffa,b\r\n 1 ,\r\n", "it"), rbind(c("a", "b"), c("1", "")))
  expect_identical(parse_csv('"a, ""b""",c\nd,e', "it"), rbind(c('a, "b"', "c"), c("d", "e")))
  expect_identical(parse_csv('"1"', "it"), matrix("1"))
})

test_that("what is no table is refused by row", {
  expect_identical(refusal(parse_csv("a,b\n1", "x.csv")), "x.csv, row 2 has 1 cells, row 1 has 2")
  expect_match(refusal(parse_csv('"a', "x.csv")), "x.csv is not valid CSV")
  expect_identical(refusal(parse_csv("\n", "x.csv")), "x.csv is empty")
  expect_identical(refusal(parse_csv("\xff", "x.csv")), "x.csv is not UTF-8")
})

test_that("numbers are what people write", {
  expect_true(all(is_number(c("1", "-1.5", ".5", "+2", "1e-3"))))
  expect_false(any(is_number(c("", "NA", "Inf", "0x1A", "1e999", "1,5", " 1"))))
})

test_that("a number reads back as the same number", {
  values <- c(0.1, 1 / 3, 1e300, -5e-324, 123456789012345678, 2)
  expect_identical(as.numeric(format_numbers(values)), values)
  expect_identical(format_numbers(c(0.1, 2)), c("0.1", "2"))
})

test_that("a channel's files are one table, and must have one header", {
  folder <- withr::local_tempdir()
  writeLines("a,b\n1,2", file.path(folder, "1.csv"))
  writeLines("a,b\n3,4", file.path(folder, "2.csv"))
  expect_identical(read_channel(folder)$b, c("2", "4"))
  writeLines("b,a\n3,4", file.path(folder, "3.csv"))
  expect_match(refusal(read_channel(folder)), "its files differ in their headers")
  expect_match(refusal(read_channel(withr::local_tempdir())), "has no .csv file")
})
