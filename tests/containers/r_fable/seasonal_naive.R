# A model that needs no fable: the same season as last time, with bounds from how much seasons changed.

seasonal_naive <- function(history, settings) {
  season <- season_of(settings)
  last <- utils::tail(interpolated(history$values), season)
  spread <- sqrt(scale_of(history$values, season)[["mse"]])
  list(model = "SNAIVE", criterion = 100, comparable = 100, ahead = function(steps) {
    mean <- rep_len(last, steps)
    matrix(c(mean, outer(mean, spread * stats::qnorm(LEVELS), `+`)), steps, dimnames = list(NULL, MEASURES))
  })
}
