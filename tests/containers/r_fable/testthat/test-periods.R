test_that("periods of every frequency are written back as they are read", {
  texts <- list(
    yearly = c("1998", "2017"), quarterly = c("1998 Q1", "2017 Q4"), monthly = c("1998-01", "2017-12"),
    weekly = c("2015 W53", "2016 W01", "2021 W01"), daily = c("2016-02-29", "1969-12-31"),
    hourly = c("2017-03-01 05:00:00", "1969-12-31 23:00:00")
  )
  expect_setequal(names(texts), names(FREQUENCIES))
  for (frequency in names(texts)) {
    rule <- FREQUENCIES[[frequency]]
    expect_identical(rule$text(rule$number(texts[[frequency]])), texts[[frequency]])
    expect_identical(rule$number(rule$example), rule$number(rule$text(rule$number(rule$example))))
  }
})

test_that("other ways to write a period mean the same", {
  expect_identical(FREQUENCIES$quarterly$number(c("2017Q2", "2017-Q2", "2017-04-01", "2017 May")), rep(8069L, 4))
  expect_identical(FREQUENCIES$monthly$number(c("2017 Mar", "2017-03-15")), rep(24206L, 2))
  expect_identical(FREQUENCIES$weekly$number(c("2017-W05", "2017-01-30", "2017-02-05")), rep(FREQUENCIES$weekly$number("2017 W05"), 3))
  expect_identical(FREQUENCIES$daily$number("2017-03-01 00:00:00"), FREQUENCIES$daily$number("2017-03-01"))
  expect_identical(FREQUENCIES$hourly$number(c("2017-03-01T05:00Z", "2017-03-01")) %% 24L, c(5L, 0L))
})

test_that("what is no period is NA", {
  wrong <- list(
    yearly = c("17", "year"), quarterly = c("2017 Q5", "Q1"), monthly = c("2017-13", "2017 Foo"),
    weekly = c("2017 W53", "2017 W00"), daily = c("2017-02-29", "2017-1-1"), hourly = c("2017-03-01 05:30:00", "24:00")
  )
  for (frequency in names(wrong)) {
    expect_true(all(is.na(FREQUENCIES[[frequency]]$number(c(wrong[[frequency]], "")))), frequency)
  }
})

test_that("consecutive weeks and hours have consecutive numbers", {
  expect_identical(diff(FREQUENCIES$weekly$number(c("2015 W52", "2015 W53", "2016 W01", "2016 W02"))), rep(1L, 3))
  expect_identical(diff(FREQUENCIES$hourly$number(c("2016-12-31 23:00:00", "2017-01-01 00:00:00"))), 1L)
})
