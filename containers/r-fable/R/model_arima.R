# ARIMA with seasonal terms: orders chosen by fable; missing values are part of its likelihood.

fit_arima <- function(history, settings) {
  definition <- if (settings$transform == "log1p") {
    fable::ARIMA(log1p(value), ic = settings$criterion)
  } else {
    fable::ARIMA(value, ic = settings$criterion)
  }
  fit_fable(definition, history, history$values, settings)
}
