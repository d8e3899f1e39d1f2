# ARIMA with seasonal terms: orders chosen by fable; missing values are part of its likelihood.

fit_arima <- function(history, settings) {
  every <- season_of(settings)
  definition <- if (settings$transform == "log1p") {
    fable::ARIMA(log1p(value) ~ pdq() + PDQ(period = every), ic = settings$criterion)
  } else {
    fable::ARIMA(value ~ pdq() + PDQ(period = every), ic = settings$criterion)
  }
  fitted <- fit_fable(definition, history$values, settings)
  spec <- fitted$fit$spec
  # Differences take values out of the likelihood: criteria compare per value that is in it.
  fitted$comparable <- fitted$criterion / (sum(!is.na(history$values)) - spec$d - spec$D * spec$period)
  fitted
}
