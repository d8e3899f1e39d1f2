# One series: every model that was asked for is fitted, the one with the lowest information criterion
# forecasts.
# A fitter is a function(history, settings) that returns list(model = its name, criterion = a number as
# the model's package tells it, comparable = the same on one scale for all models, ahead = function(steps) a matrix
# with a row per step and the columns of MEASURES).

MEASURES <- c("mean", "lower_80", "upper_80", "lower_95", "upper_95")
LEVELS <- c(lower_80 = 0.1, upper_80 = 0.9, lower_95 = 0.025, upper_95 = 0.975)

default_fitters <- function() {
  require_fable()
  list(ets = fit_ets, arima = fit_arima)
}

# Forecasts of `steps` periods after `end`, or the reason why there are none.
forecast_series <- function(rows, end, steps, settings, fitters) {
  tryCatch(
    {
      history <- regular(rows, settings$frequency)
      chosen <- best_model(history, settings, fitters)
      late <- end - (history$start + length(history$values) - 1L) # periods without values at the series' end
      forecasts <- chosen$ahead(late + steps)[late + seq_len(steps), , drop = FALSE]
      if (!all(is.finite(forecasts))) {
        give_up(chosen$model, " gave forecasts that are not finite")
      }
      list(
        model = chosen$model, criterion = chosen$criterion, forecasts = forecasts, values = sum(!is.na(history$values)),
        gaps = sum(is.na(history$values)), late = late, scale = scale_of(history$values, season_of(settings))
      )
    },
    error = function(error) list(error = conditionMessage(error))
  )
}

season_of <- function(settings) FREQUENCIES[[settings$frequency]]$season

best_model <- function(history, settings, fitters) {
  if (settings$transform == "log1p" && min(history$values, na.rm = TRUE) <= -1) {
    give_up("transform log1p needs values above -1; one is ", format_numbers(min(history$values, na.rm = TRUE)))
  }
  if (is_constant(history$values)) {
    return(fit_constant(history))
  }
  attempts <- list()
  for (name in names_of_models(history, settings)) {
    attempts[[name]] <- attempt(fitters[[name]], name, history, settings)
    if (anyNA(history$values) && is.null(attempts[[name]]$error)) {
      break
    }
  }
  failed <- !vapply(attempts, function(fit) is.null(fit$error), NA)
  if (all(failed)) {
    give_up(paste(vapply(attempts, `[[`, "", "error"), collapse = "; "))
  }
  fits <- attempts[!failed]
  fits[[which.min(vapply(fits, `[[`, 0, "comparable"))]]
}

# With gaps ARIMA comes first and ETS only when it fails: ETS sees interpolated values, and criteria of models
# that saw different data do not compare.
names_of_models <- function(history, settings) {
  switch(settings$model, auto = if (anyNA(history$values)) c("arima", "ets") else c("ets", "arima"), settings$model)
}

attempt <- function(fitter, name, history, settings) {
  tryCatch(fitter(history, settings), error = function(error) {
    list(error = paste0(toupper(name), ": ", trimws(gsub("[[:space:]]+", " ", conditionMessage(error)))))
  })
}
