# Trains as the image does, but with the seasonal naive model of the R tests instead of fable's: for machines
# without fable. Argument: the base folder.
arguments <- commandArgs(trailingOnly = TRUE)
script <- sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))
source(file.path(dirname(script), "testthat", "helper.R"), chdir = TRUE)
train_with(paths_of(arguments[1]), list(ets = seasonal_naive, arima = failing("not here")))
