# Multivariate adaptive regression splines: sepal length from the other measures of an iris.
library(mda)

train <- function() {
  parameters <- jsonlite::fromJSON("/opt/ml/input/config/hyperparameters.json")
  files <- list.files("/opt/ml/input/data/train", full.names = TRUE)
  flowers <- do.call(rbind, lapply(files, read.csv))
  inputs <- model.matrix(~ . - 1, flowers[, setdiff(names(flowers), parameters$target)])
  model <- mars(inputs, flowers[[parameters$target]], degree = as.integer(parameters$degree))
  cat(sprintf("gcv=%.5f;\n", model$gcv))
  save(model, file = "/opt/ml/model/mars.RData")
}

serve <- function() {
  plumber::pr_run(plumber::plumb("/opt/program/serve.R"), host = "0.0.0.0", port = 8080)
}

command <- commandArgs(trailingOnly = TRUE)
if (identical(command, "train")) train() else if (identical(command, "serve")) serve() else stop("train or serve")
