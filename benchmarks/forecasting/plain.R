# What a user of fable writes: one process, one table of all series, one call. Arguments: training rows, all rows,
# model (ets or arima), steps, and how many of the last periods are held out. As in our image, every series is fitted
# twice: without the held-out periods, to measure, and with them, to forecast.
suppressPackageStartupMessages({
  library(fable)
  library(dplyr)
})
arguments <- commandArgs(trailingOnly = TRUE)
steps <- as.integer(arguments[4])

forecasts_of <- function(path, steps) {
  table <- read.csv(path, check.names = FALSE)
  data <- tibble(
    Region = table$Region, Purpose = table$Purpose, Quarter = tsibble::yearquarter(table$Quarter), Trips = table$Trips
  )
  data <- tsibble::as_tsibble(data, key = c(Region, Purpose), index = Quarter)
  fitted <- switch(arguments[3],
    ets = model(data, model = ETS(Trips)),
    arima = model(data, model = ARIMA(Trips))
  )
  forecast(fitted, h = steps)
}

checked <- forecasts_of(arguments[1], as.integer(arguments[5]))
final <- forecasts_of(arguments[2], steps)
cat(nrow(final) / steps, "series\n")
