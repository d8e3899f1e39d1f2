# Exponential smoothing: error, trend and season chosen by fable. It takes no missing values, so gaps are filled by
# straight lines, and the model's name says so.

fit_ets <- function(history, settings) {
  filled <- interpolated(history$values)
  every <- season_of(settings)
  definition <- if (settings$transform == "log1p") {
    fable::ETS(log1p(value) ~ season(period = every), ic = settings$criterion)
  } else {
    fable::ETS(value ~ season(period = every), ic = settings$criterion)
  }
  fitted <- fit_fable(definition, filled, settings)
  # fable leaves constants out of the likelihood of ETS; with them it is the Gaussian one, as ARIMA's is.
  n <- length(filled)
  fitted$comparable <- fitted$criterion / n - (log(n) - log(2 * pi) - 1)
  gaps <- sum(is.na(history$values))
  if (gaps) {
    fitted$model <- sprintf("%s, %d interpolated", fitted$model, gaps)
  }
  fitted
}

interpolated <- function(values) {
  known <- which(!is.na(values))
  stats::approx(known, values[known], xout = seq_along(values))$y
}
