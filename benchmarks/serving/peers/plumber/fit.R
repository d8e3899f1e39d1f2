# Fits MARS as the tutorials do and keeps R's own object: fit.R TRAIN.csv REQUEST.csv FOLDER
# TRAIN.csv has a header and the label first, REQUEST.csv rows without either; their predictions go to expected.txt.
arguments <- commandArgs(trailingOnly = TRUE)
train <- read.csv(arguments[1], stringsAsFactors = TRUE)
rows <- read.csv(arguments[2], header = FALSE, col.names = names(train)[-1], stringsAsFactors = FALSE)

factor_levels <- lapply(Filter(is.factor, train), levels)
design <- function(data) model.matrix(~., data, xlev = factor_levels)[, -1, drop = FALSE]
mars_model <- mda::mars(design(train[-1]), train[[1]], degree = 2)

save(mars_model, factor_levels, file = file.path(arguments[3], "mars_model.RData"))
writeLines(format(drop(predict(mars_model, design(rows))), digits = 15), file.path(arguments[3], "expected.txt"))
