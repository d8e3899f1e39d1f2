# The same model fitted by mda directly, as its users do: prints a prediction a line for the second table.
arguments <- commandArgs(trailingOnly = TRUE)
tables <- lapply(arguments[1:2], read.csv, stringsAsFactors = TRUE)
matrices <- lapply(tables, function(table) model.matrix(sepal_length ~ ., table)[, -1])
model <- mda::mars(matrices[[1]], tables[[1]]$sepal_length, degree = 2)
cat(sprintf("%.17g", predict(model, matrices[[2]])), sep = "\n")
