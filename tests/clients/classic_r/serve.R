library(mda)
load("/opt/ml/model/mars.RData")

#* @get /ping
function() ""

#* @serializer text
#* @post /invocations
function(req) {
  rows <- as.matrix(read.csv(text = rawToChar(req$bodyRaw), header = FALSE))
  paste(sprintf("%.6f", predict(model, rows)), collapse = "\n")
}
