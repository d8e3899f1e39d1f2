# The same series fitted by fable directly, as its users do: prints key values, model, period and the mean and bounds of
# each step by ETS and by ARIMA, a line a step. Arguments: a CSV file with header, target, time, key (joined by commas),
# steps.
suppressPackageStartupMessages({
  library(fable)
  library(dplyr)
})
arguments <- commandArgs(trailingOnly = TRUE)
target <- arguments[2]
keys <- strsplit(arguments[4], ",", fixed = TRUE)[[1]]
table <- read.csv(arguments[1], check.names = FALSE)
data <- tibble(table[keys], period = tsibble::yearquarter(table[[arguments[3]]]), value = table[[target]])
data <- tsibble::as_tsibble(data, key = all_of(keys), index = "period")
fitted <- model(data, ETS = ETS(value), ARIMA = ARIMA(value))
forecasts <- as_tibble(forecast(fitted, h = as.integer(arguments[5])))
bound <- function(level) quantile(forecasts$value, level)
numbers <- cbind(forecasts$.mean, bound(0.1), bound(0.9), bound(0.025), bound(0.975))
rows <- cbind(
  as.matrix(forecasts[c(keys, ".model")]), format(forecasts$period), matrix(sprintf("%.17g", numbers), ncol = 5)
)
writeLines(apply(rows, 1, paste, collapse = "\t"))
