# The classic example: each request loads the model, reads a data frame, makes a model matrix.

#* @get /ping
function() ""

#* @serializer text
#* @post /invocations
function(req) {
  load(file.path(Sys.getenv("MODEL"), "mars_model.RData"))
  names <- strsplit(Sys.getenv("COLUMNS"), ",")[[1]]
  data <- read.csv(text = req$postBody, header = FALSE, col.names = names)
  rows <- model.matrix(~., data, xlev = factor_levels)[, -1, drop = FALSE]
  paste(predict(mars_model, rows), collapse = "\n")
}
