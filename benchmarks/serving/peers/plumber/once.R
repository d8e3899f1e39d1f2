# The same with the model loaded once, when the server starts.
load(file.path(Sys.getenv("MODEL"), "mars_model.RData"))
names <- strsplit(Sys.getenv("COLUMNS"), ",")[[1]]

#* @get /ping
function() ""

#* @serializer text
#* @post /invocations
function(req) {
  data <- read.csv(text = req$postBody, header = FALSE, col.names = names)
  rows <- model.matrix(~., data, xlev = factor_levels)[, -1, drop = FALSE]
  paste(predict(mars_model, rows), collapse = "\n")
}
