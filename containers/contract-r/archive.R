# A processing job finds a model as SageMaker left it: model.tar.gz, or the files that were in it.

# The folder with the wanted files; only these are taken out of an archive. `work` gets it and it goes away after.
with_unpacked <- function(folder, wanted, work) {
  archive <- file.path(folder, "model.tar.gz")
  if (!file.exists(archive)) {
    return(work(folder))
  }
  target <- tempfile("model")
  on.exit(unlink(target, recursive = TRUE))
  names <- tryCatch(
    utils::untar(archive, list = TRUE),
    error = function(error) character(), warning = function(warning) character()
  )
  known <- names[names %in% c(wanted, file.path(".", wanted))]
  if (length(known)) {
    utils::untar(archive, files = unique(known), exdir = target)
  }
  work(target)
}
