# A series that never changes: it stays so, and there is nothing to estimate (ARIMA would take its mean for zero).

is_constant <- function(values) {
  length(unique(values[!is.na(values)])) == 1L
}

fit_constant <- function(history) {
  value <- history$values[!is.na(history$values)][1]
  list(model = "CONSTANT", criterion = -Inf, comparable = -Inf, ahead = function(steps) {
    matrix(value, steps, length(MEASURES), dimnames = list(NULL, MEASURES))
  })
}
