# Reads the shared files and the image's own, then does what the entry point asks for.
# An image supplies train(paths), serve_with(paths) -> function(body, type, accept), and may supply evaluate(paths).

read_sources <- function(folder) {
  files <- list.files(folder, pattern = "[.]R$", full.names = TRUE)
  for (file in files[basename(files) != "main.R"]) {
    source(file, local = FALSE, keep.source = FALSE)
  }
}

main <- function(arguments) {
  paths <- paths_of(Sys.getenv("SAGEMAKER_BASE_DIR", "/opt/ml"))
  switch(arguments[1],
    train = job(function() train(paths), paths$failure),
    evaluate = job(function() evaluate(paths), paths$message),
    serve = work(paths, requests = arguments[2], answers = arguments[3])
  )
}

if (sys.nframe() == 0L) {
  read_sources(Sys.getenv("CONTRACT_FOLDER"))
  read_sources(Sys.getenv("IMAGE_FOLDER"))
  quit(save = "no", status = main(commandArgs(trailingOnly = TRUE)))
}
