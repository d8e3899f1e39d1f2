# plumber on one port, one R process, as the classic R container runs it.
library(plumber)
library(mda)

router <- plumb(file.path(Sys.getenv("PEER"), paste0(Sys.getenv("VARIANT"), ".R")))
router$run(host = "127.0.0.1", port = as.integer(Sys.getenv("PORT")), docs = FALSE)
