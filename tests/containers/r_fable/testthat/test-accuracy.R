bounds <- function(mean, spread) {
  matrix(c(mean, mean - spread, mean + spread, mean - 2 * spread, mean + 2 * spread), ncol = 5, dimnames = list(NULL, MEASURES))
}

test_that("scores of a series are those computed by hand", {
  scale <- scale_of(c(1, 2, 3, 4, 3, 4, 5, 8), 4L)
  expect_identical(scale, c(mae = 2.5, mse = 7))
  scores <- series_accuracy(c(10, NA, 20, 0), bounds(c(11, 5, 16, 3), 2), scale)
  expect_identical(scores[["periods"]], 3)
  expect_equal(scores[["mase"]], mean(c(1, 4, 3)) / 2.5)
  expect_equal(scores[["rmsse"]], sqrt(mean(c(1, 16, 9)) / 7))
  expect_equal(scores[["mape"]], 100 * mean(c(0.1, 0.2)))
  expect_equal(unname(scores[c("coverage_80", "coverage_95")]), c(1 / 3, 1))
})

test_that("a scale of zero leaves scaled scores unknown", {
  scores <- series_accuracy(c(1, 2), bounds(c(1, 1), 1), scale_of(rep(3, 12), 4L))
  expect_true(all(is.na(scores[c("mase", "rmsse")])))
  expect_identical(scores[["mae"]], 0.5)
})

test_that("a history shorter than a season is scaled by its last change", {
  expect_identical(scale_of(c(1, 3, 4), 12L), c(mae = 1.5, mse = 2.5))
})

test_that("every period counts the same over all series", {
  first <- series_accuracy(c(1, 2, 3), bounds(c(2, 3, 4), 1), c(mae = 1, mse = 1))
  second <- series_accuracy(10, bounds(15, 1), c(mae = 2, mse = 1))
  overall <- overall_accuracy(rbind(first, second, no_accuracy()))
  expect_equal(overall[["mae"]], mean(c(1, 1, 1, 5)))
  expect_equal(overall[["rmse"]], sqrt(mean(c(1, 1, 1, 25))))
  expect_equal(overall[["mase"]], mean(c(1, 1, 1, 2.5)))
  expect_equal(overall[["rmsse"]], mean(c(1, 5)))
})
