# How good forecasts are: errors in the target's unit, in percent, and scaled so that series can be compared.
# MASE and RMSSE divide by what the seasonal naive forecast errs by within the history (Hyndman and Koehler 2006).

SCORES <- c("mase", "rmsse", "mape", "rmse", "mae", "mse", "coverage_80", "coverage_95")

# Mean absolute and mean squared change since the season before, or since the period before where that is unknown.
scale_of <- function(values, season) {
  for (lag in unique(c(season, 1L))) {
    changes <- utils::tail(values, -lag) - utils::head(values, -lag)
    if (any(!is.na(changes))) {
      return(c(mae = mean(abs(changes), na.rm = TRUE), mse = mean(changes^2, na.rm = TRUE)))
    }
  }
  c(mae = NA_real_, mse = NA_real_)
}

# One series: `forecasts` has a row for each of `actual`, whose missing values do not count. MAPE is in percent,
# coverage a share; what nothing defines is NA.
series_accuracy <- function(actual, forecasts, scale) {
  known <- !is.na(actual)
  actual <- actual[known]
  forecasts <- forecasts[known, , drop = FALSE]
  errors <- actual - forecasts[, "mean"]
  inside <- function(level) {
    mean(actual >= forecasts[, paste0("lower_", level)] & actual <= forecasts[, paste0("upper_", level)])
  }
  mse <- mean(errors^2)
  scores <- c(
    mase = mean(abs(errors)) / scale[["mae"]], rmsse = sqrt(mse / scale[["mse"]]),
    mape = 100 * mean(abs(errors / actual)[actual != 0]), rmse = sqrt(mse), mae = mean(abs(errors)), mse = mse,
    coverage_80 = inside(80), coverage_95 = inside(95)
  )
  scores[!is.finite(scores)] <- NA_real_
  c(periods = length(actual), nonzero = sum(actual != 0), scores)
}

no_accuracy <- function() {
  stats::setNames(c(0, 0, rep(NA_real_, length(SCORES))), c("periods", "nonzero", SCORES))
}

# Over all series, from a matrix with a row of series_accuracy each: every period counts the same, but for RMSSE,
# which is the mean over series.
overall_accuracy <- function(rows) {
  averaged <- function(name, weights) {
    known <- !is.na(rows[, name])
    if (any(known)) sum(rows[known, name] * weights[known]) / sum(weights[known]) else NA_real_
  }
  result <- vapply(SCORES, function(name) {
    averaged(name, switch(name, rmsse = rep(1, nrow(rows)), mape = rows[, "nonzero"], rows[, "periods"]))
  }, 0)
  result["rmse"] <- sqrt(result[["mse"]])
  result
}
